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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Softmax attention between given Q, K and V: our kernel and its peers, each in its own fork. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Dai.djl.offline=true"})
public class CoreBenchmark {
  /** Whose operation. */
  @Param({"ours", "composed", "pytorch"})
  public String peer = "ours";

  /** Heads x length x head size. */
  @Param({"32x128x16", "32x512x16", "16x1024x16", "32x512x64", "16x1024x64", "4x4096x64"})
  public String cell = "32x128x16";

  /** What is computed. */
  @Param public Pass pass = Pass.FORWARD;

  private Peer timed;

  /** For JMH. */
  public CoreBenchmark() {}

  /** Builds the peer and checks that it computes what our kernel does. */
  @Setup
  public void build() {
    CoreData data = CoreData.draw(CoreCell.parse(cell), 1);
    Peer ours = new OurAttention(data, Normalizers.softmax(), pass);
    timed =
        switch (peer) {
          case "ours" -> ours;
          case "composed" -> new ComposedSameDiff(data, pass);
          case "pytorch" -> new PyTorch(data, pass);
          default ->
              throw new IllegalArgumentException(
                  "peer is '%s' but must be ours, composed or pytorch.".formatted(peer));
        };
    Agreement.check(ours, timed);
  }

  /** One pass. */
  @Benchmark
  public void run() {
    timed.run();
  }

  /** Gives native memory back. */
  @TearDown
  public void close() {
    timed.close();
  }
}
