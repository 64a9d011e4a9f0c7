package org.attention4j.bench.core;

import java.util.concurrent.TimeUnit;
import org.attention4j.bench.compare.CoreCell;
import org.attention4j.bench.compare.CoreData;
import org.attention4j.bench.compare.OurAttention;
import org.attention4j.bench.compare.Pass;
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

/** The fused kernel with each normalizer: one head of size 64, scores of standard deviation 3. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class NormalizerBenchmark {
  private static final int HEAD_SIZE = 64;
  private static final double SCORE_DEVIATION = 3;

  /** The normalizer as JSON. */
  @Param({
    "{\"type\":\"softmax\"}",
    "{\"type\":\"softmax1\"}",
    "{\"type\":\"sink\"}",
    "{\"type\":\"adaptive-temperature\"}",
    "{\"type\":\"log-n\",\"trainLength\":512}",
    "{\"type\":\"ssmax\"}",
    "{\"type\":\"top-k\",\"k\":64}",
    "{\"type\":\"top-k\",\"k\":64,\"straightThrough\":true}",
    "{\"type\":\"top-fraction\",\"fraction\":0.06}",
    "{\"type\":\"top-power\",\"a\":2,\"b\":0.5}",
    "{\"type\":\"top-p\",\"p\":0.9}",
    "{\"type\":\"sparsemax\"}",
    "{\"type\":\"entmax\",\"alpha\":1.5}",
    "{\"type\":\"entmax\",\"alpha\":1.5,\"learnable\":true}",
    "{\"type\":\"asentmax\"}",
    "{\"type\":\"softpick\"}",
    "{\"type\":\"sigmoid\"}",
    "{\"type\":\"relu\"}",
    "{\"type\":\"self-adjust\"}",
    "{\"type\":\"soft-cap\",\"cap\":50}",
    "{\"type\":\"llama4-scale\",\"length\":512}",
    "{\"type\":\"scaled-by-log-length\",\"normalizer\":{\"type\":\"entmax\"}}"
  })
  public String normalizer = "{\"type\":\"softmax\"}";

  /** L, queries as well as keys. */
  @Param({"128", "512", "1024", "4096", "16384"})
  public int length = 128;

  /** What is computed. */
  @Param public Pass pass = Pass.FORWARD;

  private OurAttention attention;

  /** For JMH. */
  public NormalizerBenchmark() {}

  /** Draws the arrays. */
  @Setup
  public void build() {
    CoreData data = CoreData.draw(new CoreCell(1, length, HEAD_SIZE), SCORE_DEVIATION);
    attention = new OurAttention(data, Normalizers.parse(normalizer), pass);
  }

  /** One pass. */
  @Benchmark
  public void run() {
    attention.run();
  }
}
