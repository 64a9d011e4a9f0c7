package org.attention4j.examples.paper;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.attention4j.examples.report.Report;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.OutputDirectory;
import org.attention4j.examples.support.RunInfo;
import org.attention4j.examples.support.Sentences;
import org.attention4j.examples.training.CharacterModel;
import org.attention4j.examples.training.Corpus;
import org.attention4j.examples.training.Europarl;
import org.attention4j.examples.training.RunStore;
import org.attention4j.examples.training.TextFile;
import org.attention4j.examples.training.Unfinished;
import org.attention4j.monitor.metrics.Geometry;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The algorithms of the paper on a trained network. */
@Command(
    name = "paper",
    description = {
      "Measures a trained network as the paper Limitations of Normalization in Attention Mechanism"
          + " does: distances of chosen tokens, the critical N, separability and gradient"
          + " sensitivity; and as its authors' later paper does: recall, precision and F, and the"
          + " smallest N that each head needs.",
      "The network is MiniLM, a published model (--model), or one that Deeplearning4j saved"
          + " (--network): that of a trial of compare, or your own with --input.",
      "Prints a verdict on each claim of the papers and writes report.html, its pictures as PNG,"
          + " heads.csv, sensitivity.csv, critical.csv, restriction.csv and claims.json; files of"
          + " that name from an earlier run are replaced. What was measured is kept in DIR/runs as"
          + " soon as it is finished."
    })
public final class PaperCommand implements Callable<Integer> {
  private static final int WINDOWS = 6;
  private static final int QUICK_WINDOWS = 2;
  private static final int ROWS = 2;
  private static final int DRAWS = 16;
  private static final int QUICK_DRAWS = 4;
  private static final int LONGEST = 512;
  private static final int QUICK_LONGEST = 128;
  private static final int SHORTEST = 4;
  private static final int[] COUNTS = {
    1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256, 384, 512
  };
  private static final int[] QUICK_COUNTS = {1, 2, 4, 5, 8, 16, 20, 32, 64};
  private static final int[] RESTRICTIONS = {
    1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    384, 448
  };
  private static final int[] QUICK_RESTRICTIONS = {4, 16, 28, 32, 56, 64, 96, 112};

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "A published model in the layout of Hugging Face: config.json, model.safetensors,"
              + " tokenizer.json; or characters, the causal model of the program (default: MiniLM"
              + " on the class path).")
  private @Nullable Path model;

  @Option(
      names = "--network",
      paramLabel = "FILE",
      description =
          "A network that Deeplearning4j saved: model.zip of a trial of compare, or your own.")
  private @Nullable Path network;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description =
          "With --network: what your own network reads, [examples, ..., steps], as .npy or as .bin"
              + " of Nd4j.saveBinary.")
  private @Nullable Path input;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "With --input: its labels, to judge the network by its loss.")
  private @Nullable Path labels;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "UTF-8 text (default: debates of the European Parliament).")
  private @Nullable Path text;

  @Option(
      names = "--geometry",
      defaultValue = "input",
      paramLabel = "NAME",
      description =
          "Which vectors are the tokens: input, the layer's input as in the paper, or values, the"
              + " values of each head (default: ${DEFAULT-VALUE}).")
  private String geometry;

  @Option(
      names = "--lengths",
      split = ",",
      paramLabel = "LIST",
      description =
          "Each L, ascending, separated by commas (default: 32,64,128,256,512, as far as the model"
              + " goes; quick: 32,64,128).")
  private int @Nullable [] lengths;

  @Option(
      names = "--windows",
      paramLabel = "N",
      description = "How many windows of text (default: 6; quick: 2).")
  private @Nullable Integer windows;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "What queries, random sets and directions depend on (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "On how many threads to compute (default: one for each processor).")
  private @Nullable Integer threads;

  @Option(
      names = "--out",
      defaultValue = "attention4j-paper",
      paramLabel = "DIR",
      description = "Where the results go (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--quick",
      description = "Shorter and fewer windows, and fewer N; takes less than 90 seconds.")
  private boolean quick;

  @Option(
      names = "--resume",
      description =
          "Goes on with an interrupted run: what is kept in DIR with the same settings is not"
              + " measured again.")
  private boolean resume;

  PaperCommand() {}

  @Override
  public Integer call() throws IOException {
    check();
    Geometry tokens = tokens();
    PrintWriter messages = spec.commandLine().getErr();
    try (OutputDirectory directory = OutputDirectory.open(out, messages)) {
      Subject subject = subject();
      PaperSettings settings = settings(subject, tokens);
      try (Unfinished<PaperPart> unfinished =
          new Unfinished<>(
              directory.path(),
              arguments(),
              "part",
              PaperStudy.parts(settings),
              messages,
              (folder, parts) -> PaperFiles.write(folder, new PaperResults(settings, parts)))) {
        RunStore<PaperPart> store = new RunStore<>(out.resolve("runs"), PaperPart.class, messages);
        List<PaperPart> parts =
            PaperStudy.run(
                subject,
                settings,
                store,
                resume,
                threads == null ? Runtime.getRuntime().availableProcessors() : threads,
                unfinished,
                messages);
        finish(subject, new PaperResults(settings, parts));
      }
    }
    return 0;
  }

  private void finish(Subject subject, PaperResults results) {
    if (results.headCount() == 0) {
      throw new BadArgument(
          "No query of %s sees all %d keys of a window; --lengths must not be above its window."
              .formatted(subject.name(), results.settings().longest()));
    }
    List<Claim> claims = Claims.of(results);
    PaperFiles.write(out, results);
    PaperFiles.write(out, claims);
    Report report =
        PaperReport.of(
            subject, results, claims, RunInfo.collect(arguments(), facts(subject, results)));
    Path page = report.write(out);
    PrintWriter console = spec.commandLine().getOut();
    claims.forEach(claim -> console.println(claim.sentence()));
    console.printf("report: %s%n", page);
    console.flush();
  }

  private void check() {
    if (model != null && network != null) {
      throw new BadArgument("--network does not go with --model.");
    }
    if (input != null && network == null) {
      throw new BadArgument("--input needs --network, the network that reads it.");
    }
    if (labels != null && input == null) {
      throw new BadArgument("--labels needs --input, which it belongs to.");
    }
    if (text != null && input != null) {
      throw new BadArgument("--text does not go with --input.");
    }
    if (network != null) {
      InputFiles.requireFile("--network", network);
    }
    if (input != null) {
      InputFiles.requireFile("--input", input);
    }
    if (labels != null) {
      InputFiles.requireFile("--labels", labels);
    }
    if (model != null && !isBuiltIn(model)) {
      InputFiles.requireFolder(model);
    }
    if (text != null && TextFile.documents(text).isEmpty()) {
      throw new BadArgument("--text %s is empty.".formatted(text));
    }
    atLeastOne("--windows", windows);
    atLeastOne("--threads", threads);
    if (lengths != null) {
      int before = SHORTEST - 1;
      for (int length : lengths) {
        if (length <= before) {
          throw new BadArgument(
              "--lengths is %s but must be ascending numbers of at least %d."
                  .formatted(
                      Arrays.stream(lengths)
                          .limit(10)
                          .mapToObj(Integer::toString)
                          .collect(Collectors.joining(",")),
                      SHORTEST));
        }
        before = length;
      }
    }
  }

  private static void atLeastOne(String option, @Nullable Integer value) {
    if (value != null && value < 1) {
      throw new BadArgument("%s is %d but must be at least 1.".formatted(option, value));
    }
  }

  private Geometry tokens() {
    return switch (geometry) {
      case "input" -> Geometry.INPUT;
      case "values" -> Geometry.VALUES;
      default ->
          throw new BadArgument(
              "--geometry is '%s' but must be input or values."
                  .formatted(Sentences.brief(geometry)));
    };
  }

  private Subject subject() throws IOException {
    int count = windows == null ? (quick ? QUICK_WINDOWS : WINDOWS) : windows;
    if (network != null) {
      return saved(SavedSubjects.restored(network), network.toString(), count);
    }
    List<String> documents = text == null ? Europarl.documents() : TextFile.documents(text);
    String name = text == null ? "Europarl, English" : String.valueOf(text.getFileName());
    if (model == null) {
      return Subjects.miniLm(documents, name, count, longest(LONGEST));
    }
    return isBuiltIn(model)
        ? Subjects.characters(documents, name, count, this::longest)
        : Subjects.folder(model, documents, name, count, this::longest);
  }

  private static boolean isBuiltIn(Path model) {
    return model.toString().equals(CharacterModel.NAME);
  }

  /** The longest L that was asked for, or the usual one as far as there are so many steps. */
  private int longest(int steps) {
    return lengths == null
        ? Math.min(steps, quick ? QUICK_LONGEST : LONGEST)
        : lengths[lengths.length - 1];
  }

  private Subject saved(Model restored, String name, int count) {
    if (input != null) {
      INDArray features = InputFiles.array("--input", input);
      return SavedSubjects.arrays(
          restored,
          name,
          features,
          labels == null ? null : InputFiles.array("--labels", labels),
          count,
          longest((int) features.size(features.rank() - 1)));
    }
    if (!SavedSubjects.readsCharacters(restored)) {
      throw new BadArgument(
          "--network %s reads no characters as the models of compare do, so it needs --input."
              .formatted(name));
    }
    Corpus corpus = text == null ? Europarl.load() : TextFile.load(text.toString());
    return SavedSubjects.characters(
        restored, name, corpus.validation(), corpus.name(), count, longest(LONGEST));
  }

  private PaperSettings settings(Subject subject, Geometry tokens) {
    return new PaperSettings(
        lengths == null ? PaperSettings.lengthsUpTo(subject.longest()) : lengths,
        subject.windows(),
        ROWS,
        quick ? QUICK_DRAWS : DRAWS,
        tokens,
        seed,
        quick ? QUICK_COUNTS : COUNTS,
        quick ? QUICK_RESTRICTIONS : RESTRICTIONS);
  }

  private static Map<String, String> facts(Subject subject, PaperResults results) {
    PaperSettings settings = results.settings();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Network", subject.name());
    facts.put("Text", subject.text());
    facts.put(
        "Heads",
        "%s, %s each"
            .formatted(
                Numbers.count(results.headCount(), "head"), Numbers.count(results.rows(), "row")));
    facts.put("Windows", "%d at each L".formatted(settings.windows()));
    facts.put(
        "Tokens",
        settings.geometry() == Geometry.INPUT ? "inputs of the layer" : "values of each head");
    facts.put("Random sets", "%d for each row and N".formatted(settings.draws()));
    facts.put("Seed", String.format(Locale.ROOT, "%d", settings.seed()));
    return facts;
  }

  private List<String> arguments() {
    return new ArrayList<>(spec.root().commandLine().getParseResult().originalArgs());
  }
}
