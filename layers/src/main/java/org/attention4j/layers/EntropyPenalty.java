package org.attention4j.layers;

import static org.attention4j.normalizer.NormalizerContext.KEYS;

import org.attention4j.dl4j.LayerGraph;
import org.attention4j.normalizer.NormalizerContext;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * How far the entropy of attention weights stays below a floor.
 *
 * <p>Dimensions: b examples, h heads, Tq queries, Tk keys; n visible keys of a row.
 *
 * <pre>
 *   Σ_heads mean_rows max(0, floor - H / log n),   H = log m - (Σ p log p) / m,   m = Σ p
 * </pre>
 *
 * <p>H is the entropy of p / m, written so that nothing has to be broadcast over the keys.
 *
 * @see AttentionOptionsBuilder#attentionEntropyPenalty(double, double)
 */
final class EntropyPenalty {
  /** The axes of examples and queries, over which the mean is taken. */
  private static final int[] ROWS = {0, 2};

  /** Stands for a weight of zero under the logarithm; far below what adds to an entropy. */
  private static final double LEAST_WEIGHT = 1e-30;

  /** Weights with a smaller sum have no shape; the square of its inverse still fits a float. */
  private static final double LEAST_MASS = 1e-12;

  private EntropyPenalty() {}

  /**
   * Adds the penalty to what training minimises, if the options ask for it.
   *
   * @param scores the masked scores, shape [b, h, Tq, Tk]
   * @param weights the weights, not negative, zero at masked keys, same shape
   * @param counts one for each query that counts and zero for the others, shape [b, Tq]; null if
   *     all count
   */
  static void add(
      LayerGraph graph,
      AttentionOptions options,
      SDVariable scores,
      SDVariable weights,
      @Nullable SDVariable counts) {
    if (graph.training() && options.penalisesEntropy()) {
      SDVariable penalty = of(scores, weights, counts, options.entropyFloor);
      graph.addLoss(penalty.mul(options.entropyPenalty));
    }
  }

  /**
   * The penalty of strength one.
   *
   * @param floor the smallest entropy without a penalty, as a share of log n
   * @return a scalar
   */
  private static SDVariable of(
      SDVariable scores, SDVariable weights, @Nullable SDVariable counts, double floor) {
    SameDiff sd = weights.getSameDiff();
    SDVariable visible = ones(scores.gt(NormalizerContext.MASKED_SCORE / 2), weights);
    SDVariable keys = visible.sum(true, KEYS);
    SDVariable mass = weights.sum(true, KEYS);
    SDVariable counted = ones(keys.gt(1.5), weights).mul(ones(mass.gt(LEAST_MASS), weights));
    if (counts != null) {
      counted = counted.mul(sd.stack(3, sd.stack(1, counts)));
    }
    SDVariable share = entropy(sd, weights, mass).div(sd.math.log(atLeast(keys, 1.5, 2)));
    SDVariable shortfall = sd.nn.relu(share.neg().add(floor), 0).mul(counted);
    SDVariable rows = atLeast(counted.sum(true, ROWS), 0.5, 1);
    return shortfall.sum(true, ROWS).div(rows).sum();
  }

  /** The entropy of weights / mass, shape [b, h, Tq, 1]; of no meaning where there is no mass. */
  private static SDVariable entropy(SameDiff sd, SDVariable weights, SDVariable mass) {
    SDVariable logarithms = sd.math.log(atLeast(weights, LEAST_WEIGHT, LEAST_WEIGHT));
    SDVariable sum = weights.mul(logarithms).sum(true, KEYS);
    SDVariable safeMass = atLeast(mass, LEAST_MASS, 1);
    return sd.math.log(safeMass).sub(sum.div(safeMass));
  }

  /** x, and where it is below the limit something is added; with the gradient of x. */
  private static SDVariable atLeast(SDVariable x, double limit, double added) {
    return x.add(ones(x.lt(limit), x).mul(added));
  }

  private static SDVariable ones(SDVariable condition, SDVariable like) {
    return condition.castTo(like.dataType());
  }
}
