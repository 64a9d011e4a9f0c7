package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.io.PrintWriter;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.ProgressLine;
import org.attention4j.pretrained.ModelDescription;
import org.attention4j.pretrained.ModelFileException;
import org.attention4j.pretrained.Pretrained;
import picocli.CommandLine;

/** Prints the perplexity of a language model. */
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
   * @param causal the model
   * @param text to foretell
   * @param context how many tokens the model sees at most; 0 for the usual
   * @throws BadArgument if model, text or context cannot be used
   */
  void run(CausalModel causal, String text, int context) throws IOException {
    try {
      judge(causal, text, context);
    } catch (ModelFileException e) {
      throw new BadArgument("--model " + e.getMessage(), e);
    }
  }

  private void judge(CausalModel causal, String text, int context) throws IOException {
    Pretrained model = causal.builder().load();
    ModelDescription description = model.description();
    causal.require(description);
    int[] tokens = causal.tokens(description, text);
    int steps = steps(causal, description, context);
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

  /** The context that was asked for, or the usual one. */
  static int steps(CausalModel causal, ModelDescription description, int context) {
    if (context > description.maxLength()) {
      throw new BadArgument(
          "--context is %d but must be at most %d, which the model was trained for."
              .formatted(context, description.maxLength()));
    }
    return context == 0 ? causal.trainedContext(description, MAX_DEFAULT_CONTEXT) : context;
  }
}
