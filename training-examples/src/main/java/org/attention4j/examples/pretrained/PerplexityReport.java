package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attention4j.examples.models.ModelTokens;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.ProgressLine;
import org.attention4j.pretrained.ModelDescription;
import org.attention4j.pretrained.ModelFileException;
import org.attention4j.pretrained.Pretrained;
import picocli.CommandLine;

/** Prints the perplexity of a language model in a folder. */
final class PerplexityReport {
  /** Longer contexts, which recent models have, take long on a processor. */
  static final int MAX_DEFAULT_CONTEXT = 1024;

  private static final int DIGITS = 6;

  private final PrintWriter results;
  private final PrintWriter messages;

  PerplexityReport(CommandLine console) {
    results = console.getOut();
    messages = console.getErr();
  }

  /**
   * Judges a model.
   *
   * @param folder of the model
   * @param text to foretell
   * @param context how many tokens the model sees at most; 0 for the usual
   * @throws BadArgument if folder, text or context cannot be used
   */
  void run(Path folder, String text, int context) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new BadArgument("--model %s is not a folder.".formatted(folder));
    }
    try {
      Pretrained model = Pretrained.load(folder);
      judge(model, folder, text, context);
    } catch (ModelFileException e) {
      throw new BadArgument("--model " + e.getMessage(), e);
    }
  }

  private void judge(Pretrained model, Path folder, String text, int context) throws IOException {
    ModelDescription description = model.description();
    if (!description.languageModel()) {
      throw new BadArgument(
          "--model %s holds a %s but must hold a language model."
              .formatted(folder, description.family()));
    }
    int[] tokens = tokens(description, folder, text);
    int steps = steps(description, context);
    double perplexity;
    try (ProgressLine progress =
        new ProgressLine("perplexity", Perplexity.windows(tokens.length, steps), messages)) {
      perplexity =
          Perplexity.of(
              model.network(),
              tokens,
              steps,
              soFar -> progress.step(" %s so far".formatted(Numbers.significant(soFar, 4))));
    }
    results.printf(
        "Model: %s, %d blocks, %d features, %d tokens of vocabulary%n",
        description.family(), description.blocks(), description.size(), description.vocabulary());
    results.printf(
        "Text: %s, %s%n",
        Numbers.count(text.codePointCount(0, text.length()), "character"),
        Numbers.count(tokens.length, "token"));
    results.printf(
        "Perplexity at context %d: %s%n", steps, Numbers.significant(perplexity, DIGITS));
  }

  private static int steps(ModelDescription description, int context) {
    if (context > description.maxLength()) {
      throw new BadArgument(
          "--context is %d but must be at most %d, which the model was trained for."
              .formatted(context, description.maxLength()));
    }
    return context == 0 ? Math.min(description.maxLength(), MAX_DEFAULT_CONTEXT) : context;
  }

  private static int[] tokens(ModelDescription description, Path folder, String text)
      throws IOException {
    int[] tokens = ModelTokens.of(description, folder, text)[0];
    if (tokens.length < 2) {
      throw new BadArgument(
          "--text has %s but must have at least 2."
              .formatted(Numbers.count(tokens.length, "token")));
    }
    return tokens;
  }
}
