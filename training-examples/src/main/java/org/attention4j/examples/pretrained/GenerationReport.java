package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.io.PrintWriter;
import org.attention4j.examples.models.Tokenizer;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.generation.TextGenerator;
import org.attention4j.generation.TokenGenerator;
import org.attention4j.pretrained.ModelDescription;
import org.attention4j.pretrained.Pretrained;
import picocli.CommandLine;

/** Prints how a language model goes on with a text. */
final class GenerationReport {
  private final PrintWriter results;

  GenerationReport(CommandLine console) {
    results = console.getOut();
  }

  /**
   * Goes on with a text.
   *
   * @param causal the model
   * @param prompt the text
   * @param context how many tokens the model sees at most; 0 for what it was trained for
   * @param options how to choose tokens
   * @throws BadArgument if model, text or context cannot be used
   */
  void run(CausalModel causal, String prompt, int context, GenerationOptions options)
      throws IOException {
    Pretrained model = causal.load();
    ModelDescription description = model.description();
    int steps = causal.context(description, context, Integer.MAX_VALUE);
    try (Tokenizer tokenizer = causal.tokenizer(description)) {
      int length = causal.encode(tokenizer, description, prompt).length;
      if (length < 1 || length > steps) {
        throw new BadArgument(
            "--generate has %s but must have 1 to %d, which the model sees."
                .formatted(Numbers.count(length, "token"), steps));
      }
      results.print(prompt);
      results.flush();
      TextGenerator.builder(
              TokenGenerator.of(model.network(), steps),
              text -> causal.encode(tokenizer, description, text),
              tokenizer::decode)
          .sampler(options.sampler())
          .tokens(options.tokens())
          .stopStrings(options.stops())
          .endTokens(model.endTokens().stream().mapToInt(Integer::intValue).toArray())
          .streamTo(this::print)
          .build()
          .goOn(prompt);
      results.println();
      results.flush();
    }
  }

  private void print(String text) {
    results.print(text);
    results.flush();
  }
}
