package org.attention4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.attention4j.bench.model.Framework;
import org.attention4j.bench.model.ModelPass;
import org.attention4j.bench.model.ModelSize;

/**
 * A model in a JVM of its own, with the flags and the environment that its framework's pages
 * advise. While one works, the others wait for a request and their threads sleep.
 */
final class RemoteModel implements AutoCloseable {
  private static final long SECONDS_TO_END = 10;

  private final Framework framework;
  private final Process process;
  private final BufferedReader answers;
  private final Writer requests;

  /**
   * Starts the JVM.
   *
   * @param framework in what the model is written
   * @param size its sizes
   * @param threads for each library in it
   * @throws IllegalStateException if the model cannot be built
   */
  RemoteModel(Framework framework, ModelSize size, int threads) throws IOException {
    this.framework = framework;
    process =
        ChildJvm.open(
            ModelServer.class,
            threads,
            environment(framework),
            List.of(framework.name(), size.name()));
    answers = process.inputReader();
    requests = process.outputWriter();
    answer();
  }

  /** PyTorch's threads work best as they are. */
  private static Map<String, String> environment(Framework framework) {
    return framework == Framework.OURS ? ChildJvm.PASSIVE : Map.of();
  }

  /** Carries out a pass once. */
  void run(ModelPass pass) {
    ask(pass.name());
  }

  /** Takes a training step and returns the loss before its update, in nats per token. */
  double loss() {
    return Double.parseDouble(ask(ModelServer.LOSS));
  }

  /** The most memory that the JVM's process has held so far, in MiB; NaN if that is not known. */
  double peakMemory() {
    return Double.parseDouble(ask(ModelServer.MEMORY));
  }

  private String ask(String request) {
    try {
      requests.write(request + "\n");
      requests.flush();
      return answer();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The JVM of %s does not take requests.".formatted(framework.label()), e);
    }
  }

  private String answer() throws IOException {
    String answer = answers.readLine();
    if (answer == null) {
      throw new IllegalStateException(
          "The JVM of %s ended without an answer.".formatted(framework.label()));
    }
    if (answer.startsWith(ModelServer.FAILURE)) {
      throw new IllegalStateException(
          "The model of %s failed: %s"
              .formatted(framework.label(), answer.substring(ModelServer.FAILURE.length())));
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
