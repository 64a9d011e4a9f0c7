package org.attention4j.dl4j;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.Regularization;

/** The part of the score that L1, L2 and weight decay add. */
final class RegularizationScore {
  private RegularizationScore() {}

  static double of(
      Map<String, INDArray> parameters,
      Function<String, @Nullable List<Regularization>> regularizations,
      int iteration,
      int epoch) {
    double score = 0;
    for (Map.Entry<String, INDArray> parameter : parameters.entrySet()) {
      List<Regularization> applied = regularizations.apply(parameter.getKey());
      if (applied != null) {
        for (Regularization regularization : applied) {
          score += regularization.score(parameter.getValue(), iteration, epoch);
        }
      }
    }
    return score;
  }
}
