package org.attention4j.bench;

import java.util.List;
import org.attention4j.bench.compare.CoreCell;
import org.attention4j.bench.model.ModelSize;

/**
 * What is measured and for how long.
 *
 * @param budget for each comparison
 * @param warmUp seconds for which the kernel and its peers run before anything is measured;
 *     compiled code is what it is only then, and the threads of native code find their processors
 *     only then. A tenth of it before each comparison
 * @param layerWarmUp the same for our layer, whose training step takes more code to compile; four
 *     tenths of it before each comparison
 * @param cores sizes of the attention core
 * @param maxComposedLength the longest of them for which hand-composed SameDiff takes part, which
 *     keeps several arrays of L² numbers; 0 for none
 * @param sgemm sizes of the attention core that are held against a plain matrix product
 * @param layerSteps sequence lengths of the layer
 * @param layerOutput whether its output is timed too, besides its training step
 * @param sparse sizes for the comparison of normalizers
 * @param histories normalizers of the layer whose speed must not depend on the JVM's history
 * @param models sizes of the whole model
 * @param modelWarmUp seconds for which each framework trains the model before anything is measured
 * @param sentences for the published model
 */
record BenchmarkPlan(
    InterleavedTimer.Budget budget,
    double warmUp,
    double layerWarmUp,
    List<CoreCell> cores,
    int maxComposedLength,
    List<CoreCell> sgemm,
    List<Integer> layerSteps,
    boolean layerOutput,
    List<CoreCell> sparse,
    List<String> histories,
    List<ModelSize> models,
    double modelWarmUp,
    int sentences) {
  private static final List<Integer> STEPS = List.of(128, 16, 4, 512);
  private static final List<CoreCell> WIDE = List.of(new CoreCell(32, 512, 64));

  /** About a minute. */
  static final BenchmarkPlan QUICK =
      new BenchmarkPlan(
          new InterleavedTimer.Budget(0.3, 2),
          1,
          4,
          CoreCell.COMPARED,
          0,
          WIDE,
          STEPS,
          false,
          List.of(new CoreCell(2, 4096, 64)),
          List.of("softmax"),
          List.of(ModelSize.S),
          6,
          48);

  /** About ten minutes. */
  static final BenchmarkPlan FULL =
      new BenchmarkPlan(
          new InterleavedTimer.Budget(15, 9),
          4,
          8,
          CoreCell.COMPARED,
          1024,
          WIDE,
          STEPS,
          true,
          List.of(new CoreCell(4, 1024, 64), new CoreCell(4, 4096, 64)),
          List.of("softmax", "sink", "ssmax", "top-k:64", "sparsemax", "entmax:1.5", "sigmoid"),
          List.of(ModelSize.S, ModelSize.M, ModelSize.L),
          20,
          200);
}
