package org.attention4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.attention4j.bench.model.Framework;
import org.attention4j.bench.model.LanguageModel;
import org.attention4j.bench.model.ModelPass;
import org.attention4j.bench.model.ModelSize;

/**
 * One model in a JVM of its own, which does what it is asked on the standard input: a line for each
 * request and a line for each answer. {@link RemoteModel} is the other end.
 */
final class ModelServer {
  /** The answer to what has no result. */
  static final String DONE = "done";

  /** What the answer to a failed request begins with. */
  static final String FAILURE = "failure: ";

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
    PrintWriter answers = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    // Whatever a library prints is no answer.
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    try (LanguageModel model = Framework.valueOf(arguments[0]).build(ModelSize.of(arguments[1]))) {
      answers.println(DONE);
      serve(
          model,
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
          answers);
    } catch (RuntimeException | LinkageError e) {
      answers.println(FAILURE + e);
    }
    // Native libraries have threads that would keep the JVM.
    System.exit(0);
  }

  /** Answers until the requests end. */
  static void serve(LanguageModel model, BufferedReader requests, PrintWriter answers)
      throws IOException {
    for (String request = requests.readLine(); request != null; request = requests.readLine()) {
      answers.println(answer(model, request));
    }
  }

  private static String answer(LanguageModel model, String request) {
    try {
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
          return DONE;
        }
      }
    } catch (RuntimeException e) {
      return FAILURE + e;
    }
  }
}
