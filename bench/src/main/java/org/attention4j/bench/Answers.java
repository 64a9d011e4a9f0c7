package org.attention4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The end of a {@link RemoteJvm} that computes: a line for each answer. */
final class Answers {
  /** The answer to what has no result. */
  static final String DONE = "done";

  /** What the answer to a failed request begins with. */
  static final String FAILURE = "failure: ";

  private Answers() {}

  /**
   * Says when it is ready, answers the requests of the standard input until they end, and ends the
   * JVM.
   *
   * @param prepare makes what answers
   */
  static void serve(Supplier<UnaryOperator<String>> prepare) throws IOException {
    PrintWriter answers = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    // Whatever a library prints is no answer.
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    try {
      UnaryOperator<String> server = prepare.get();
      answers.println(DONE);
      answer(
          server,
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
          answers);
    } catch (RuntimeException | LinkageError e) {
      answers.println(FAILURE + e);
    }
    // Native libraries have threads that would keep the JVM.
    System.exit(0);
  }

  /** Answers until the requests end; a failure is an answer, too. */
  static void answer(UnaryOperator<String> server, BufferedReader requests, PrintWriter answers)
      throws IOException {
    for (String request = requests.readLine(); request != null; request = requests.readLine()) {
      answers.println(guarded(server, request));
    }
  }

  private static String guarded(UnaryOperator<String> server, String request) {
    try {
      return server.apply(request);
    } catch (RuntimeException e) {
      return FAILURE + e;
    }
  }
}
