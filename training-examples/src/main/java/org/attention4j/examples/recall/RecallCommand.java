package org.attention4j.examples.recall;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.attention4j.examples.retrieval.RecallModel;
import org.attention4j.examples.retrieval.RecallTask;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.LayerOptions;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.support.NamedNormalizer;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.OutputDirectory;
import org.attention4j.examples.support.RunInfo;
import org.attention4j.examples.support.SeedOptions;
import org.attention4j.examples.training.RunStore;
import org.attention4j.examples.training.TensorBoardRuns;
import org.attention4j.examples.training.Unfinished;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Context length: where softmax fades, and which normalizers hold. */
@Command(
    name = "recall",
    description = {
      "Trains small models to recall a value by its key, and to find the largest of L items, at one"
          + " length, and asks them at 2, 4, 8 and 16 times that length.",
      "Prints the conclusion and writes report.html, its pictures as PNG, accuracy.csv and"
          + " attention.csv; files of that name from an earlier run are replaced. What each model"
          + " came to is kept in DIR/runs as soon as it is finished."
    })
public final class RecallCommand implements Callable<Integer> {
  private static final String DEFAULT_NORMALIZERS =
      "softmax,log-n:32,ssmax,adaptive-temperature,top-k:8,top-fraction:0.06,sparsemax,entmax:1.5,"
          + "asentmax";
  private static final String QUICK_NORMALIZERS = "softmax,ssmax";
  private static final List<Integer> MULTIPLES = List.of(1, 2, 4, 8, 16);
  private static final int LENGTH = 32;
  private static final int STEPS = 200;
  private static final int QUICK_STEPS = 160;
  private static final int BATCH = 64;
  private static final int QUESTIONS = 512;
  private static final int QUICK_QUESTIONS = 128;
  private static final List<Long> SEEDS = List.of(1L, 2L, 3L);

  @Spec private CommandSpec spec;
  @Mixin private SeedOptions seedOptions;

  @Option(
      names = "--normalizers",
      paramLabel = "LIST",
      description = {
        "Short forms or JSON objects, separated by commas; softmax must be among them.",
        "Default: " + DEFAULT_NORMALIZERS + "; quick: " + QUICK_NORMALIZERS + "."
      })
  private @Nullable String normalizers;

  @Option(
      names = "--attention",
      paramLabel = "LIST",
      description = {
        "Options of the attention layers of all models, separated by commas (default: none).",
        LayerOptions.HELP + ".",
        "Options of one model alone follow a plus sign each in --normalizers:"
            + " softmax,softmax+gate,softmax+window=64+first-keys=4."
      })
  private @Nullable String attention;

  @Option(
      names = "--length",
      defaultValue = "" + LENGTH,
      paramLabel = "N",
      description = "How many items a question has in training (default: ${DEFAULT-VALUE}).")
  private int length;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "How many batches each model learns from (default: 200; quick: 160).")
  private @Nullable Integer steps;

  @Option(
      names = "--out",
      defaultValue = "attention4j-recall",
      paramLabel = "DIR",
      description = "Where the results go (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--quick",
      description = "Fewer normalizers, steps and questions; takes less than a minute.")
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
          "Watches the trainings with the monitor, and writes what it sees for TensorBoard: each"
              + " model is a run in DIR/tensorboard.")
  private boolean tensorBoard;

  RecallCommand() {}

  @Override
  public Integer call() {
    List<NamedAttention> named = named();
    List<Long> seeds = seedOptions.or(SEEDS);
    RecallSettings settings = settings();
    PrintWriter messages = spec.commandLine().getErr();
    try (OutputDirectory directory = OutputDirectory.open(out, messages);
        Unfinished<RecallRun> unfinished =
            new Unfinished<>(
                directory.path(),
                arguments(),
                RecallStudy.trainings(named, seeds),
                messages,
                RecallFiles::write)) {
      RunStore<RecallRun> store = new RunStore<>(out.resolve("runs"), RecallRun.class, messages);
      TensorBoardRuns events = new TensorBoardRuns(out);
      RecallStudy study =
          RecallStudy.run(
              settings,
              named,
              seeds,
              store,
              resume,
              unfinished,
              run -> tensorBoard ? List.of(events.begin(run)) : List.of(),
              messages);
      RecallFiles.write(out, study.runs());
      Path page =
          RecallReport.of(study, RunInfo.collect(arguments(), facts(settings, seeds))).write(out);
      PrintWriter console = spec.commandLine().getOut();
      RecallConclusion.of(study).forEach(console::println);
      console.printf("report: %s%n", page);
      console.flush();
    }
    return 0;
  }

  private List<NamedAttention> named() {
    String list = normalizers == null ? usualNormalizers() : normalizers;
    List<NamedAttention> named = NamedAttention.parseAll(NamedNormalizer.split(list), options());
    if (RecallStudy.reference(named).isEmpty()) {
      throw new BadArgument(
          "--normalizers %s lacks softmax, which the others are compared with.".formatted(list));
    }
    return named;
  }

  private List<String> options() {
    return attention == null
        ? List.of()
        : LayerOptions.parse(LayerOptions.split(attention)).texts();
  }

  private String usualNormalizers() {
    return quick ? QUICK_NORMALIZERS : DEFAULT_NORMALIZERS;
  }

  private RecallSettings settings() {
    int usual = quick ? QUICK_STEPS : STEPS;
    return new RecallSettings(
        length,
        MULTIPLES,
        steps == null ? usual : steps,
        BATCH,
        quick ? QUICK_QUESTIONS : QUESTIONS);
  }

  private Map<String, String> facts(RecallSettings settings, List<Long> seeds) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put(
        "Tasks",
        Arrays.stream(RecallTask.values())
            .map(task -> task.label())
            .collect(Collectors.joining(", ")));
    facts.put(
        "Model",
        "one query attends to the items: %d heads of size %d, no positions; softmax over %d answers"
            .formatted(RecallModel.HEADS, RecallModel.HEAD_SIZE, RecallTask.ANSWERS));
    if (!options().isEmpty()) {
      facts.put("Attention of all models", String.join(", ", options()));
    }
    facts.put(
        "Training",
        "%s of %s with %d items, Adam"
            .formatted(
                Numbers.count(settings.steps(), "step"),
                Numbers.count(settings.batch(), "question"),
                settings.length()));
    facts.put("Tests", "%d questions at each length".formatted(settings.questions()));
    facts.put("Seeds", seeds.stream().map(String::valueOf).collect(Collectors.joining(", ")));
    return facts;
  }

  private List<String> arguments() {
    return new ArrayList<>(spec.root().commandLine().getParseResult().originalArgs());
  }
}
