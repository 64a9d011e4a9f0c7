package org.attention4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A JVM that computes when it is asked and sleeps in between: a line for each request, a line for
 * each answer. {@link Answers} is the other end.
 */
final class RemoteJvm implements AutoCloseable {
  private static final long SECONDS_TO_END = 10;

  private final String subject;
  private final String name;
  private final Process process;
  private final BufferedReader answers;
  private final Writer requests;

  /**
   * Starts the JVM and waits until it is ready.
   *
   * @param subject what it computes, and {@code name} which of them: for messages
   * @param main the class to run, which begins with an answer
   * @param threads for each library in it
   * @param heap the largest heap, in MiB
   * @param environment more variables; those that are set already win
   * @param arguments those of the class
   * @throws IllegalStateException if its first answer is a failure
   */
  RemoteJvm(
      String subject,
      String name,
      Class<?> main,
      int threads,
      int heap,
      Map<String, String> environment,
      List<String> arguments)
      throws IOException {
    this.subject = subject;
    this.name = name;
    process = ChildJvm.open(main, threads, heap, environment, arguments);
    answers = process.inputReader(StandardCharsets.UTF_8);
    requests = process.outputWriter(StandardCharsets.UTF_8);
    answer();
  }

  /** Sends a request and returns the answer to it. */
  String ask(String request) {
    try {
      requests.write(request + "\n");
      requests.flush();
      return answer();
    } catch (IOException e) {
      throw new UncheckedIOException("The JVM of %s does not take requests.".formatted(name), e);
    }
  }

  private String answer() throws IOException {
    String answer = answers.readLine();
    if (answer == null) {
      throw new IllegalStateException("The JVM of %s ended without an answer.".formatted(name));
    }
    if (answer.startsWith(Answers.FAILURE)) {
      throw new IllegalStateException(
          "The %s of %s failed: %s"
              .formatted(subject, name, answer.substring(Answers.FAILURE.length())));
    }
    return answer;
  }

  /** Lets the JVM end, and ends it if it does not. */
  @Override
  public void close() throws IOException {
    try {
      requests.close();
      if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
