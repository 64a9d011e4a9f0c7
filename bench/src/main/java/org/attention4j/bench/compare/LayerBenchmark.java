package org.attention4j.bench.compare;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One self-attention layer in a network, the stock one and ours: a training step and an output. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class LayerBenchmark {
  private static final int EXAMPLES = 8;
  private static final int FEATURES = 64;
  private static final int HEADS = 4;

  /** Whose layer. */
  @Param({"ours", "stock"})
  public String peer = "ours";

  /** The sequence length T. */
  @Param({"4", "16", "128", "512"})
  public int steps = 4;

  /** Whether a training step is timed, or else an output. */
  @Param({"true", "false"})
  public boolean fit;

  private Peer timed;

  /** For JMH. */
  public LayerBenchmark() {}

  /** Builds the layer and checks that it computes what the stock one does. */
  @Setup
  public void build() {
    LayerPeer.Sizes sizes = new LayerPeer.Sizes(EXAMPLES, FEATURES, steps, HEADS);
    LayerPeer stock = LayerPeer.stock(sizes, fit);
    timed =
        switch (peer) {
          case "ours" -> LayerPeer.ours(sizes, fit).withParametersOf(stock);
          case "stock" -> stock;
          default ->
              throw new IllegalArgumentException(
                  "peer is '%s' but must be ours or stock.".formatted(peer));
        };
    Agreement.check(stock, timed);
  }

  /** One training step, or one output. */
  @Benchmark
  public void run() {
    timed.run();
  }
}
