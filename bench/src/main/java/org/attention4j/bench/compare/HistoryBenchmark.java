package org.attention4j.bench.compare;

import java.util.concurrent.TimeUnit;
import org.attention4j.normalizer.Normalizers;
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

/** A training step of a layer in a new JVM, and in one that has computed other things before. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class HistoryBenchmark {
  private static final int EXAMPLES = 8;
  private static final int FEATURES = 64;
  private static final int HEADS = 4;

  /** What the JVM computed before. */
  @Param public History history = History.CLEAN;

  /** The normalizer in its short form. */
  @Param({"softmax", "sink", "ssmax", "top-k:64", "sparsemax", "entmax:1.5", "sigmoid"})
  public String normalizer = "softmax";

  /** The sequence length T. */
  @Param({"512"})
  public int steps = 512;

  private LayerPeer layer;

  /** For JMH. */
  public HistoryBenchmark() {}

  /** Lives through the history and builds the layer. */
  @Setup
  public void build() {
    history.run();
    LayerPeer.Sizes sizes = new LayerPeer.Sizes(EXAMPLES, FEATURES, steps, HEADS);
    layer = LayerPeer.ours(Normalizers.parse(normalizer), sizes, true);
  }

  /** One training step. */
  @Benchmark
  public void run() {
    layer.run();
  }
}
