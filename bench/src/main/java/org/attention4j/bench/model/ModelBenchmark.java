package org.attention4j.bench.model;

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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A whole training step, or the output, of one small transformer. Ours is faster with {@code
 * OMP_WAIT_POLICY=passive} in the environment, which the others do not need.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 4)
@Measurement(iterations = 5, time = 4)
@Fork(
    value = 3,
    jvmArgsAppend = {
      "--add-modules",
      "jdk.incubator.vector",
      "-XX:+UseG1GC",
      "-Dai.djl.offline=true"
    })
public class ModelBenchmark {
  /** In what the model is written. */
  @Param public Framework framework = Framework.OURS;

  /** The name of a {@link ModelSize}. */
  @Param({"S", "M", "L"})
  public String size = "S";

  /** What is computed. */
  @Param public ModelPass pass = ModelPass.FIT;

  private LanguageModel model;

  /** For JMH. */
  public ModelBenchmark() {}

  /** Builds the model. */
  @Setup
  public void build() {
    model = framework.build(ModelSize.of(size));
  }

  /** One pass. */
  @Benchmark
  public void run() {
    pass.run(model);
  }

  /** Gives native memory back. */
  @TearDown
  public void close() {
    model.close();
  }
}
