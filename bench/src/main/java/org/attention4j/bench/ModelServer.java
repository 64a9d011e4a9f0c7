package org.attention4j.bench;

import java.io.IOException;
import java.util.Locale;
import org.attention4j.bench.model.Framework;
import org.attention4j.bench.model.LanguageModel;
import org.attention4j.bench.model.ModelPass;
import org.attention4j.bench.model.ModelSize;

/** One model in a JVM of its own; {@link RemoteModel} is the other end. */
final class ModelServer {
  /** Asks for a training step, which is answered with its loss. */
  static final String LOSS = "LOSS";

  /** Asks for the peak of the resident memory, in MiB. */
  static final String MEMORY = "MEMORY";

  private ModelServer() {}

  /**
   * Builds the model and answers until the standard input ends.
   *
   * @param arguments the name of a {@link Framework} and of a {@link ModelSize}
   */
  public static void main(String[] arguments) throws IOException {
    Answers.serve(
        () -> {
          LanguageModel model = Framework.valueOf(arguments[0]).build(ModelSize.of(arguments[1]));
          return request -> answer(model, request);
        });
  }

  /** Does what a request asks for. */
  static String answer(LanguageModel model, String request) {
    switch (request) {
      case LOSS -> {
        model.fit();
        return Double.toString(model.loss());
      }
      case MEMORY -> {
        return String.format(Locale.ROOT, "%.1f", PeakMemory.mebibytes());
      }
      default -> {
        ModelPass.valueOf(request).run(model);
        return Answers.DONE;
      }
    }
  }
}
