package org.attention4j.bench;

import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
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

/** ND4J's own softmax over the rows of square score matrices: the yardstick for every other map. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class SoftmaxBenchmark {

  private static final long SEED = 42;

  /** Score matrices: examples times heads. */
  @Param("32")
  public int heads;

  /** Context length L: each matrix is L by L. */
  @Param({"128", "512"})
  public int length;

  private INDArray scores;

  /** Draws the scores, float32 and standard normal. */
  @Setup
  public void draw() {
    Nd4j.getRandom().setSeed(SEED);
    scores = Nd4j.randn(DataType.FLOAT, (long) heads * length, length);
  }

  /**
   * One softmax into a fresh array.
   *
   * @return the weights
   */
  @Benchmark
  public INDArray softmax() {
    return Transforms.softmax(scores, true);
  }
}
