package org.attention4j.examples.pretrained;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/** Times models on the same batches, in turns, so that whatever else the machine does hits both. */
final class Timing {
  /** Until code is compiled. */
  private static final int WARM_UP = 3;

  private static final int ROUNDS = 7;

  /** How many rounds there are in all. */
  static final int ALL_ROUNDS = WARM_UP + ROUNDS;

  private Timing() {}

  /**
   * Runs each model on all batches, in turns.
   *
   * @param encoders the models
   * @param batches what they compute
   * @param done called after each round
   * @return the median time of each model for all batches, in seconds
   */
  static double[] seconds(
      List<? extends Encoder> encoders, List<TokenBatch> batches, Runnable done) {
    List<double[]> times = new ArrayList<>();
    for (int round = 0; round < ALL_ROUNDS; round++) {
      double[] seconds = encoders.stream().mapToDouble(each -> seconds(each, batches)).toArray();
      if (round >= WARM_UP) {
        times.add(seconds);
      }
      done.run();
    }
    double[] medians = new double[encoders.size()];
    Arrays.setAll(
        medians,
        i -> new Median().evaluate(times.stream().mapToDouble(seconds -> seconds[i]).toArray()));
    return medians;
  }

  private static double seconds(Encoder encoder, List<TokenBatch> batches) {
    long start = System.nanoTime();
    batches.forEach(encoder::features);
    return (double) (System.nanoTime() - start) / TimeUnit.SECONDS.toNanos(1);
  }
}
