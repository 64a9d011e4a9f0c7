package org.attention4j.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.attention4j.bench.model.Framework;
import org.attention4j.bench.model.ModelPass;
import org.attention4j.bench.model.ModelSize;

/**
 * A model in a JVM of its own, with the flags and the environment that its framework's pages
 * advise. While one works, the others wait for a request and their threads sleep.
 */
final class RemoteModel implements AutoCloseable {
  private final RemoteJvm jvm;

  /**
   * Starts the JVM.
   *
   * @param framework in what the model is written
   * @param size its sizes
   * @param threads for each library in it
   * @throws IllegalStateException if the model cannot be built
   */
  RemoteModel(Framework framework, ModelSize size, int threads) throws IOException {
    jvm =
        new RemoteJvm(
            "model",
            framework.label(),
            ModelServer.class,
            threads,
            size.heap(),
            environment(framework),
            List.of(framework.name(), size.name()));
  }

  /** PyTorch's threads work best as they are. */
  private static Map<String, String> environment(Framework framework) {
    return framework == Framework.OURS ? ChildJvm.PASSIVE : Map.of();
  }

  /** Carries out a pass once. */
  void run(ModelPass pass) {
    jvm.ask(pass.name());
  }

  /** Takes a training step and returns the loss before its update, in nats per token. */
  double loss() {
    return Double.parseDouble(jvm.ask(ModelServer.LOSS));
  }

  /** The most memory that the JVM's process has held so far, in MiB; NaN if that is not known. */
  double peakMemory() {
    return Double.parseDouble(jvm.ask(ModelServer.MEMORY));
  }

  @Override
  public void close() throws IOException {
    jvm.close();
  }
}
