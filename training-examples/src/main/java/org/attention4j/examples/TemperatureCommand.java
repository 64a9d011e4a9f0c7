package org.attention4j.examples;

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
          + " run are replaced."
    })
final class TemperatureCommand implements Callable<Integer> {
  private static final String ALL = "0.01,0.02,0.05,0.1,0.2,0.5,1,2,5,10";
  private static final String FEW = "0.01,0.1,1,10";
  private static final int STEPS = 60;
  private static final int QUICK_STEPS = 10;
  private static final int SEEDS = 3;
  private static final int QUICK_SEEDS = 2;
  private static final int QUICK_MAPS = 3;
  private static final int CONTEXT = 32;
  private static final int BATCH = 16;
  private static final int WIDTH = 64;
  private static final int HEADS = 4;

  @Spec private CommandSpec spec;
  @Mixin private SeedOptions seedOptions;

  @Option(
      names = "--temperatures",
      paramLabel = "LIST",
      description =
          "The temperatures, with 1 among them (default: " + ALL + "; quick: " + FEW + ").")
  private @Nullable String temperatures;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "How many batches each model learns from (default: 60; quick: 10).")
  private @Nullable Integer steps;

  @Option(
      names = "--out",
      defaultValue = "attention4j-temperature",
      paramLabel = "DIR",
      description = "Where the results go (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--quick",
      description = "Fewer temperatures, steps, seeds and maps; takes less than a minute.")
  private boolean quick;

  @Override
  public Integer call() {
    double[] all = temperatures();
    List<Long> seeds = seedOptions.seeds(quick ? QUICK_SEEDS : SEEDS);
    Settings settings = settings(seeds.get(0));
    List<Tempered> maps = quick ? Tempered.all().subList(0, QUICK_MAPS) : Tempered.all();
    OutputDirectory.make(out);
    Native.workOnOneThread();
    Corpus corpus = Europarl.load();
    TemperatureStudy study =
        TemperatureStudy.run(settings, corpus, maps, all, seeds, spec.commandLine().getErr());
    TemperatureFiles.write(out, study);
    Report report =
        TemperatureReport.of(study, RunInfo.collect(arguments(), facts(settings, corpus, seeds)));
    Path page = report.write(out);
    PrintWriter console = spec.commandLine().getOut();
    TemperatureConclusion.of(study).forEach(console::println);
    console.printf("report: %s%n", page);
    console.flush();
    return 0;
  }

  private static Map<String, String> facts(Settings settings, Corpus corpus, List<Long> seeds) {
    Map<String, String> facts = new LinkedHashMap<>(RunInfo.ofLanguageModels(settings, corpus));
    facts.put(
        "Training",
        "%d steps of %d windows, Adam; the monitor looks every %d steps"
            .formatted(settings.steps(), settings.batch(), TemperedTraining.LOOK_INTERVAL));
    facts.put("Seeds", seeds.stream().map(String::valueOf).collect(Collectors.joining(", ")));
    return facts;
  }

  private Settings settings(long seed) {
    int usual = quick ? QUICK_STEPS : STEPS;
    return new Settings(CONTEXT, steps == null ? usual : steps, BATCH, WIDTH, HEADS, seed);
  }

  private double[] temperatures() {
    String text = temperatures == null ? (quick ? FEW : ALL) : temperatures;
    double[] values = Numbers.parseRow(text, "--temperatures", false);
    for (double value : values) {
      if (value <= 0) {
        throw new BadArgument(
            "A value in --temperatures is %s but must be positive."
                .formatted(Numbers.plain(value)));
      }
    }
    double[] sorted = Arrays.stream(values).sorted().distinct().toArray();
    if (Arrays.stream(sorted).noneMatch(value -> value == TemperatureStudy.REFERENCE)) {
      throw new BadArgument(
          "--temperatures %s lacks 1, which the others are compared with.".formatted(text));
    }
    return sorted;
  }

  private List<String> arguments() {
    return new ArrayList<>(spec.root().commandLine().getParseResult().originalArgs());
  }
}
