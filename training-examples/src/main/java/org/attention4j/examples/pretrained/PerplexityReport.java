package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.io.PrintWriter;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.ProgressLine;
import org.attention4j.pretrained.ModelDescription;
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
    Pretrained model = causal.load();
    ModelDescription description = model.description();
    int[] tokens = causal.tokens(description, text);
    int steps = causal.context(description, context, MAX_DEFAULT_CONTEXT);
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
}
