package org.attention4j.examples.temperature;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.OutputDirectory;
import org.attention4j.examples.support.RunInfo;
import org.attention4j.examples.support.SeedOptions;
import org.attention4j.examples.support.Sentences;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.Europarl;
import org.attention4j.examples.training.Jobs;
import org.attention4j.examples.training.LanguageModelFacts;
import org.attention4j.examples.training.RunStore;
import org.attention4j.examples.training.Settings;
import org.attention4j.examples.training.TensorBoardRuns;
import org.attention4j.examples.training.Unfinished;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The 1/T instability: learning rates that still train, gradients, and Jacobians. */
@Command(
    name = "temperature",
    description = {
      "Shows what a low temperature does to training.",
      "Searches, for softmax, sparsemax, entmax:1.5 and ssmax at every temperature, the largest"
          + " learning rate at which a small model learns to find a value by its key, and counts"
          + " how many such trainings diverge or stall at one rate.",
      "Then trains the small language model of 'compare' with Adam at the same temperatures, and"
          + " measures its gradients, and how steep the normalizers are.",
      "Prints the largest rates and the conclusion, and writes report.html, its pictures as PNG,"
          + " largest-rates.csv, rates.csv, sensitivity.csv, training.csv, steps.csv, heads.csv and"
          + " alarms.csv; files of that name from an earlier run are replaced. What each model came"
          + " to is kept in DIR/runs as soon as it is finished."
    })
public final class TemperatureCommand implements Callable<Integer> {
  private static final String ALL = "0.01,0.03,0.1,0.3,1,10";
  private static final String QUICK_TEMPERATURES = "0.03,0.1,1";
  private static final List<String> QUICK_MAPS = List.of("softmax", "sparsemax");
  private static final String RULES = "sgd,momentum,adam";
  private static final String QUICK_RULES = "sgd";
  private static final List<Long> SEEDS = List.of(1L, 2L, 3L);
  private static final int STEPS = 60;
  private static final int QUICK_STEPS = 45;
  private static final int CONTEXT = 32;
  private static final int QUICK_CONTEXT = 16;
  private static final int BATCH = 16;
  private static final int WIDTH = 64;
  private static final int QUICK_WIDTH = 32;
  private static final int HEADS = 4;

  @Spec private CommandSpec spec;
  @Mixin private SeedOptions seedOptions;

  @Option(
      names = "--temperatures",
      paramLabel = "LIST",
      description =
          "The temperatures, with 1 among them (default: "
              + ALL
              + "; quick: "
              + QUICK_TEMPERATURES
              + ").")
  private @Nullable String temperatures;

  @Option(
      names = "--updaters",
      paramLabel = "LIST",
      description =
          "With which of sgd, momentum and adam the largest learning rate is searched (default: "
              + RULES
              + "; quick: "
              + QUICK_RULES
              + ").")
  private @Nullable String updaters;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "How many batches each language model learns from (default: "
              + STEPS
              + "; quick: "
              + QUICK_STEPS
              + ").")
  private @Nullable Integer steps;

  @Option(
      names = "--out",
      defaultValue = "attention4j-temperature",
      paramLabel = "DIR",
      description = "Where the results go (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--quick",
      description =
          "Fewer temperatures, normalizers and updaters, smaller models; takes about a minute.")
  private boolean quick;

  @Option(
      names = "--resume",
      description =
          "Goes on with an interrupted run: models that are finished in DIR with the same settings"
              + " are not trained again.")
  private boolean resume;

  @Option(
      names = "--tensorboard",
      description =
          "Writes what the monitor sees for TensorBoard, too: each language model is a"
              + " run in DIR/tensorboard.")
  private boolean tensorBoard;

  TemperatureCommand() {}

  @Override
  public Integer call() {
    List<Double> all = temperatures();
    List<UpdateRule> rules = rules();
    List<Long> seeds = seedOptions.or(SEEDS);
    Settings settings = settings(seeds.get(0));
    List<TemperatureScaledNormalizer> normalizers =
        quick
            ? QUICK_MAPS.stream().map(TemperatureScaledNormalizer::of).toList()
            : TemperatureScaledNormalizer.all();
    PrintWriter messages = spec.commandLine().getErr();
    try (OutputDirectory directory = OutputDirectory.open(out, messages);
        Unfinished<Trained> unfinished =
            new Unfinished<>(
                directory.path(),
                arguments(),
                (rules.size() + 1) * normalizers.size() * all.size() * seeds.size(),
                messages,
                TemperatureCommand::writePart)) {
      Path runs = out.resolve("runs");
      TensorBoardRuns events = new TensorBoardRuns(out);
      Corpus corpus = Europarl.load();
      List<Jobs.Job<? extends Trained>> jobs =
          new ArrayList<>(
              StabilityStudy.jobs(
                  StabilitySettings.USUAL,
                  rules,
                  normalizers,
                  all,
                  seeds,
                  new RunStore<>(runs, Stability.class, messages)));
      jobs.addAll(
          TemperatureStudy.jobs(
              settings,
              corpus,
              normalizers,
              all,
              seeds,
              new RunStore<>(runs, TemperatureTraining.Result.class, messages),
              run -> tensorBoard ? List.of(events.begin(run)) : List.of()));
      List<Trained> results =
          Jobs.run(
              "temperature",
              jobs,
              resume,
              Runtime.getRuntime().availableProcessors(),
              unfinished,
              messages);
      StabilityStudy stability =
          new StabilityStudy(
              StabilitySettings.USUAL,
              rules,
              normalizers,
              all,
              seeds,
              only(results, Stability.class));
      TemperatureStudy study =
          TemperatureStudy.of(
              normalizers,
              all,
              seeds,
              corpus.unigramEntropy(),
              only(results, TemperatureTraining.Result.class));
      report(stability, study, facts(settings, corpus, stability));
    }
    return 0;
  }

  private void report(StabilityStudy stability, TemperatureStudy study, Map<String, String> facts) {
    StabilityFiles.write(out, stability.results());
    TemperatureFiles.write(out, study);
    Path page =
        TemperatureReport.of(stability, study, RunInfo.collect(arguments(), facts)).write(out);
    PrintWriter console = spec.commandLine().getOut();
    console.print(new StabilityFigures(stability).largestRateNumbers().text());
    StabilityConclusion.of(stability).forEach(console::println);
    TemperatureConclusion.of(study).forEach(console::println);
    console.printf("report: %s%n", page);
    console.flush();
  }

  private static void writePart(Path partial, List<Trained> results) {
    StabilityFiles.write(partial, only(results, Stability.class));
    TemperatureFiles.writePart(
        partial,
        only(results, TemperatureTraining.Result.class).stream()
            .map(TemperatureTraining.Result::run)
            .toList());
  }

  private static <T extends Trained> List<T> only(List<Trained> results, Class<T> type) {
    return results.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static Map<String, String> facts(
      Settings settings, Corpus corpus, StabilityStudy stability) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Retrieval", stability.settings().text());
    facts.put(
        "Updaters",
        stability.rules().stream().map(UpdateRule::text).collect(Collectors.joining("; ")));
    facts.putAll(LanguageModelFacts.of(settings, corpus));
    facts.put(
        "Training",
        "%s of %s, Adam; the monitor takes a snapshot every %d steps"
            .formatted(
                Numbers.count(settings.steps(), "step"),
                Numbers.count(settings.batch(), "window"),
                TemperatureTraining.SNAPSHOT_INTERVAL));
    facts.put(
        "Seeds", stability.seeds().stream().map(String::valueOf).collect(Collectors.joining(", ")));
    return facts;
  }

  private Settings settings(long seed) {
    int usual = quick ? QUICK_STEPS : STEPS;
    return new Settings(
        quick ? QUICK_CONTEXT : CONTEXT,
        steps == null ? usual : steps,
        BATCH,
        quick ? QUICK_WIDTH : WIDTH,
        HEADS,
        seed);
  }

  private List<UpdateRule> rules() {
    String text = updaters == null ? (quick ? QUICK_RULES : RULES) : updaters;
    return Arrays.stream(text.split(",", -1))
        .map(name -> UpdateRule.of(name.strip()))
        .distinct()
        .sorted()
        .toList();
  }

  private List<Double> temperatures() {
    String text = temperatures == null ? (quick ? QUICK_TEMPERATURES : ALL) : temperatures;
    double[] values = Numbers.parseRow(text, "--temperatures", false);
    for (double value : values) {
      if (value <= 0) {
        throw new BadArgument(
            "A value in --temperatures is %s but must be positive."
                .formatted(Numbers.plain(value)));
      }
      check(value);
    }
    List<Double> sorted = Arrays.stream(values).sorted().distinct().boxed().toList();
    if (!sorted.contains(TemperatureStudy.REFERENCE)) {
      throw new BadArgument(
          "--temperatures %s lacks 1, which the others are compared with.".formatted(text));
    }
    return sorted;
  }

  /** The library knows which temperatures it can compute with. */
  private static void check(double temperature) {
    try {
      TemperatureScaledNormalizer.all().forEach(normalizer -> normalizer.normalizer(temperature));
    } catch (IllegalArgumentException e) {
      throw new BadArgument("--temperatures: " + Sentences.about(e), e);
    }
  }

  private List<String> arguments() {
    return new ArrayList<>(spec.root().commandLine().getParseResult().originalArgs());
  }
}
