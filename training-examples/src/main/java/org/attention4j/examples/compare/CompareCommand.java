package org.attention4j.examples.compare;

import static java.util.stream.Collectors.joining;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.OutputDirectory;
import org.attention4j.examples.support.RunInfo;
import org.attention4j.examples.training.Baselines;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.LanguageModelFacts;
import org.attention4j.examples.training.TensorBoardRuns;
import org.attention4j.examples.training.Unfinished;
import org.attention4j.monitor.reporters.Reporter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job: one small transformer, real text, several kinds of attention, several seeds. */
@Command(
    name = "compare",
    description = {
      "Trains the same small transformer with several normalizers, or options of its attention, and"
          + " seeds, watches its attention and compares them.",
      "Prints bits per character beside those of models without attention, the time to a loss, and"
          + " what becomes of each at 2, 4 and 8 times the context of the training.",
      "Writes report.html, with tables as CSV and pictures as PNG beside it. A comparison with"
          + " other settings in the same directory is shown side by side."
    })
public final class CompareCommand implements Callable<Integer> {
  private static final int MAX_PORT = 0xFFFF;

  @Spec private CommandSpec spec;

  @Mixin private ExperimentOptions options;

  @Option(
      names = "--out",
      defaultValue = "attention4j-out",
      paramLabel = "DIR",
      description = "Where the results go (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(names = "--quick", description = "A smaller run that takes less than a minute.")
  private boolean quick;

  @Option(
      names = "--resume",
      description = {
        "Goes on with an interrupted comparison: models that are finished in DIR with the same"
            + " settings are not trained again.",
        "So it also adds a normalizer or a seed to a finished one."
      })
  private boolean resume;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      description = "How many models train at the same time (default: one for each processor).")
  private @Nullable Integer parallel;

  @Option(
      names = "--ui",
      arity = "0..1",
      fallbackValue = "9000",
      paramLabel = "PORT",
      description = {
        "Shows attention while it trains on a page at http://localhost:PORT/attention, until the"
            + " run ends (default port: ${FALLBACK-VALUE}; 0: any that is free)."
      })
  private @Nullable Integer ui;

  @Option(
      names = "--tensorboard",
      description =
          "Writes what the monitor sees for TensorBoard, too: each model is a run in"
              + " DIR/tensorboard.")
  private boolean tensorBoard;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Settings as YAML, such as --print-config prints; options given here come before them.")
  private @Nullable Path config;

  @Option(
      names = "--print-config",
      description = "Prints the settings that would be used as YAML and does nothing else.")
  private boolean printConfig;

  CompareCommand() {}

  private void requirePort() {
    if (ui != null && (ui < 0 || ui > MAX_PORT)) {
      throw new BadArgument("--ui is %d but must be from 0 to %d.".formatted(ui, MAX_PORT));
    }
  }

  @Override
  public Integer call() {
    Experiment experiment = experiment();
    requirePort();
    PrintWriter console = spec.commandLine().getOut();
    if (printConfig) {
      console.print(ExperimentFile.write(experiment));
      console.flush();
      return 0;
    }
    int models = models();
    Corpus corpus = experiment.corpus();
    Baselines baselines = Baselines.of(corpus);
    PrintWriter messages = spec.commandLine().getErr();
    try (OutputDirectory directory = OutputDirectory.open(out, messages);
        Unfinished<TrialResult> unfinished =
            new Unfinished<>(
                directory.path(),
                arguments(),
                experiment.trials().size(),
                messages,
                (partial, trials) ->
                    ComparisonFiles.write(partial, Comparison.byNormalizer(trials), baselines))) {
      Comparison comparison = new Comparison(experiment, corpus, out.resolve("trials"), messages);
      List<NormalizerResult> results = run(comparison, models, unfinished);
      Path page =
          new ComparisonFolder(out, messages)
              .add(experiment, corpus, baselines, comparison, results, facts(experiment, corpus));
      console.println(ResultTable.of(results, baselines).text());
      console.println(new AtLength(results, experiment).table().text());
      console.println(Findings.about(results, baselines));
      console.println(Findings.about(baselines));
      console.printf("report: %s%n", page);
      console.flush();
    }
    return 0;
  }

  private List<NormalizerResult> run(
      Comparison comparison, int models, Unfinished<TrialResult> unfinished) {
    TensorBoardRuns runs = new TensorBoardRuns(out);
    Function<Trial, List<Reporter>> events =
        trial ->
            tensorBoard
                ? List.of(runs.begin(comparison.directory(trial).toFile().getName()))
                : List.of();
    if (ui == null) {
      return comparison.run(resume, models, events, unfinished);
    }
    try (LivePage page = new LivePage(ui)) {
      PrintWriter messages = spec.commandLine().getErr();
      messages.println("attention while it trains: " + page.address());
      messages.flush();
      return comparison.run(
          resume,
          models,
          trial ->
              Stream.concat(page.reporters(trial).stream(), events.apply(trial).stream()).toList(),
          unfinished);
    }
  }

  private int models() {
    int models = parallel == null ? Runtime.getRuntime().availableProcessors() : parallel;
    if (models < 1) {
      throw new BadArgument("--parallel is %d but must be at least 1.".formatted(models));
    }
    return models;
  }

  private Map<String, String> facts(Experiment experiment, Corpus corpus) {
    Map<String, String> facts =
        LanguageModelFacts.of(experiment.settings(experiment.seeds().get(0)), corpus);
    facts.put(
        "Positions",
        "linear biases (ALiBi) in the first block, none in the others; with forgetting, gates in"
            + " all");
    if (!experiment.attention().isEmpty()) {
      facts.put("Attention of all models", String.join(", ", experiment.attention()));
    }
    facts.put("Seeds", experiment.seeds().stream().map(Object::toString).collect(joining(", ")));
    facts.put("At the same time", Numbers.count(models(), "model") + ", each on one thread");
    return RunInfo.collect(arguments(), facts);
  }

  private Experiment experiment() {
    ExperimentOptions all = config == null ? options : options.or(ExperimentFile.read(config));
    return all.or(quick ? Experiment.QUICK : Experiment.FULL);
  }

  private List<String> arguments() {
    return spec.root().commandLine().getParseResult().originalArgs();
  }
}
