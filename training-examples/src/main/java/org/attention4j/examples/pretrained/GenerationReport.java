package org.attention4j.examples.pretrained;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.generation.TextGenerator;
import org.attention4j.generation.TokenGenerator;
import picocli.CommandLine;

/** Prints how a language model in a folder goes on with a text. */
final class GenerationReport {
  private final PrintWriter results;

  GenerationReport(CommandLine console) {
    results = console.getOut();
  }

  /**
   * Goes on with a text.
   *
   * @param folder of the model
   * @param prompt the text
   * @param context how many tokens the model sees at most; 0 for what it was trained for
   * @param options how to choose tokens
   * @throws BadArgument if folder, text or context cannot be used
   */
  void run(Path folder, String prompt, int context, GenerationOptions options) throws IOException {
    try (FolderModel model = FolderModel.load(folder)) {
      int steps = model.context(context, Integer.MAX_VALUE);
      int length = model.encode(prompt).length;
      if (length < 1 || length > steps) {
        throw new BadArgument(
            "--generate has %s but must have 1 to %d, which the model sees."
                .formatted(Numbers.count(length, "token"), steps));
      }
      results.print(prompt);
      results.flush();
      TextGenerator.builder(
              TokenGenerator.of(model.pretrained().network(), steps), model::encode, model::decode)
          .sampler(options.sampler())
          .tokens(options.tokens())
          .stopStrings(options.stops())
          .endTokens(model.pretrained().endTokens().stream().mapToInt(Integer::intValue).toArray())
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
