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
import org.attention4j.examples.report.Report;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.OutputDirectory;
import org.attention4j.examples.support.RunInfo;
import org.attention4j.examples.support.SeedOptions;
import org.attention4j.examples.support.Sentences;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.Europarl;
import org.attention4j.examples.training.LanguageModelFacts;
import org.attention4j.examples.training.RunStore;
import org.attention4j.examples.training.Settings;
import org.attention4j.examples.training.Unfinished;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The 1/T instability, at fixed weights and in training. */
@Command(
    name = "temperature",
    description = {
      "Measures how steep normalizers are at low temperature, and what that does to training.",
      "Trains the small model of 'compare' at every temperature with softmax, top-k:8, sparsemax,"
          + " entmax:1.5 and ssmax.",
      "Prints the conclusion and writes report.html, its pictures as PNG, sensitivity.csv,"
          + " training.csv, steps.csv, heads.csv and alarms.csv; files of that name from an earlier"
          + " run are replaced. What each model came to is kept in DIR/runs as soon as it is"
          + " finished."
    })
public final class TemperatureCommand implements Callable<Integer> {
  private static final String ALL = "0.01,0.02,0.05,0.1,0.2,0.5,1,2,5,10";
  private static final String QUICK_TEMPERATURES = "0.01,0.03,0.1,1";
  private static final List<String> QUICK_MAPS = List.of("softmax", "sparsemax");
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
      names = "--steps",
      paramLabel = "N",
      description = "How many batches each model learns from (default: 60; quick: 45).")
  private @Nullable Integer steps;

  @Option(
      names = "--out",
      defaultValue = "attention4j-temperature",
      paramLabel = "DIR",
      description = "Where the results go (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--quick",
      description = "Fewer temperatures and normalizers, smaller models; takes less than a minute.")
  private boolean quick;

  @Option(
      names = "--resume",
      description =
          "Goes on with an interrupted run: models that are finished in DIR with the same settings"
              + " are not trained again.")
  private boolean resume;

  TemperatureCommand() {}

  @Override
  public Integer call() {
    double[] all = temperatures();
    List<Long> seeds = seedOptions.or(SEEDS);
    Settings settings = settings(seeds.get(0));
    List<TemperatureScaledNormalizer> normalizers =
        quick
            ? QUICK_MAPS.stream().map(TemperatureScaledNormalizer::of).toList()
            : TemperatureScaledNormalizer.all();
    PrintWriter messages = spec.commandLine().getErr();
    try (OutputDirectory directory = OutputDirectory.open(out, messages);
        Unfinished<TemperatureTraining.Result> unfinished =
            new Unfinished<>(
                directory.path(),
                arguments(),
                normalizers.size() * all.length * seeds.size(),
                messages,
                (partial, results) ->
                    TemperatureFiles.writePart(
                        partial, results.stream().map(TemperatureTraining.Result::run).toList()))) {
      RunStore<TemperatureTraining.Result> store =
          new RunStore<>(out.resolve("runs"), TemperatureTraining.Result.class, messages);
      Corpus corpus = Europarl.load();
      TemperatureStudy study =
          TemperatureStudy.run(
              settings, corpus, normalizers, all, seeds, store, resume, unfinished, messages);
      TemperatureFiles.write(out, study);
      Report report =
          TemperatureReport.of(study, RunInfo.collect(arguments(), facts(settings, corpus, seeds)));
      Path page = report.write(out);
      PrintWriter console = spec.commandLine().getOut();
      TemperatureConclusion.of(study).forEach(console::println);
      console.printf("report: %s%n", page);
      console.flush();
    }
    return 0;
  }

  private static Map<String, String> facts(Settings settings, Corpus corpus, List<Long> seeds) {
    Map<String, String> facts = new LinkedHashMap<>(LanguageModelFacts.of(settings, corpus));
    facts.put(
        "Training",
        "%s of %s, Adam; the monitor takes a snapshot every %d steps"
            .formatted(
                Numbers.count(settings.steps(), "step"),
                Numbers.count(settings.batch(), "window"),
                TemperatureTraining.LOOK_INTERVAL));
    facts.put("Seeds", seeds.stream().map(String::valueOf).collect(Collectors.joining(", ")));
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

  private double[] temperatures() {
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
    double[] sorted = Arrays.stream(values).sorted().distinct().toArray();
    if (Arrays.stream(sorted).noneMatch(value -> value == TemperatureStudy.REFERENCE)) {
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
