package org.attention4j.examples;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job: one small transformer, real text, several normalizers. */
@Command(
    name = "compare",
    description = {
      "Trains the same small transformer with several normalizers and compares them.",
      "Prints a table and writes losses.csv, results.csv, attention.csv, losses.png and"
          + " report.html; files of that name from an earlier run are replaced."
    })
final class CompareCommand implements Callable<Integer> {
  private static final Settings FULL = new Settings(64, 500, 16, 64, 4, 1);
  private static final Settings QUICK = new Settings(32, 100, 8, 64, 4, 1);

  @Spec private CommandSpec spec;

  @Option(
      names = "--normalizers",
      defaultValue = "softmax,top-k:8,entmax:1.5,ssmax",
      paramLabel = "LIST",
      description = {
        "Short forms or JSON objects, separated by commas (default: ${DEFAULT-VALUE}).",
        "Others: sparsemax, top-fraction:0.06, log-n:512, softmax:0.5,"
            + " '{\"type\":\"entmax\",\"alpha\":1.3}'."
      })
  private String normalizers;

  @Option(
      names = "--context",
      paramLabel = "N",
      description = "How many characters a model sees (default: 64; quick: 32).")
  private @Nullable Integer context;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "How many batches each model learns from (default: 500; quick: 100).")
  private @Nullable Integer steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "How many windows make a batch (default: 16; quick: 8).")
  private @Nullable Integer batch;

  @Option(
      names = "--width",
      paramLabel = "N",
      description = "The size of the vector at each position (default: 64).")
  private @Nullable Integer width;

  @Option(
      names = "--heads",
      paramLabel = "N",
      description = "Attention heads; must divide the width (default: 4).")
  private @Nullable Integer heads;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Fixes first weights and batches (default: 1).")
  private @Nullable Long seed;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = {
        "Your own UTF-8 text; blank lines part its documents.",
        "Default: the English part of the Europarl corpus, which is built in."
      })
  private @Nullable Path text;

  @Option(
      names = "--out",
      defaultValue = "attention4j-out",
      paramLabel = "DIR",
      description = "Where the results go (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(names = "--quick", description = "A smaller run that takes less than a minute.")
  private boolean quick;

  @Override
  public Integer call() {
    List<NamedNormalizer> named = NamedNormalizer.parseList(normalizers);
    Settings settings = settings();
    Corpus corpus = text == null ? Europarl.load() : TextFile.load(text);
    checkLength(corpus, settings.context());
    OutputDirectory.make(out);
    Comparison comparison = new Comparison(settings, corpus, out, spec.commandLine().getErr());
    List<ModelResult> results = comparison.run(named);
    Path page =
        comparison.report(
            results, RunInfo.collect(arguments(), RunInfo.ofLanguageModels(settings, corpus)));
    PrintWriter console = spec.commandLine().getOut();
    console.print(ResultTable.of(results).text());
    console.printf(
        "unigram entropy of the text: %s bits/char%n", Numbers.fixed(corpus.unigramEntropy(), 3));
    console.printf("report: %s%n", page);
    console.flush();
    return 0;
  }

  private Settings settings() {
    Settings defaults = quick ? QUICK : FULL;
    return new Settings(
        context == null ? defaults.context() : context,
        steps == null ? defaults.steps() : steps,
        batch == null ? defaults.batch() : batch,
        width == null ? defaults.width() : width,
        heads == null ? defaults.heads() : heads,
        seed == null ? defaults.seed() : seed);
  }

  private List<String> arguments() {
    return spec.root().commandLine().getParseResult().originalArgs();
  }

  private static void checkLength(Corpus corpus, int context) {
    int shortest = Math.min(corpus.train().length(), corpus.validation().length());
    if (shortest <= context) {
      throw new BadArgument(
          ("The text is too short for --context %d: it has %d characters for training and %d for"
                  + " validation, and each part needs more than the context.")
              .formatted(context, corpus.train().length(), corpus.validation().length()));
    }
  }
}
