package org.attention4j.monitor.metrics;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One query of one head with its n visible keys, in ascending order. Masked keys are left out. The
 * arrays are shared and must not be changed.
 *
 * @param example the example within the batch
 * @param query the query, counted from 0
 * @param keys the visible keys [n], counted from 0
 * @param scores the scaled scores z [n], before the normalizer
 * @param weights the weights p [n], before dropout
 * @param tokenSource computes the {@link #tokens}, which few metrics need
 * @param weightsGradient dL/dp [n], without dropout; null if it is not known
 * @param scoresGradient dL/dz [n], of the loss summed over examples as Deeplearning4j
 *     back-propagates it; null if it is not known
 * @param temperature T if the normalizer is softmax(z / T) for this row
 * @param steepness norms of the normalizer's Jacobian here; null if not computed
 * @param position the query's position among the keys, counted from 0; empty if queries and keys
 *     are not the same sequence
 * @param vectors the query, the keys and the values of the head; null if they are not known
 */
public record AttentionRow(
    int example,
    int query,
    int[] keys,
    double[] scores,
    double[] weights,
    Supplier<double[][]> tokenSource,
    double @Nullable [] weightsGradient,
    double @Nullable [] scoresGradient,
    OptionalDouble temperature,
    @Nullable Steepness steepness,
    OptionalInt position,
    @Nullable Vectors vectors) {

  /** The vectors of one row, as the head sees them; computed when asked for. Not to be changed. */
  public interface Vectors {
    /**
     * The query, with what normalises and rotates it.
     *
     * @return q [d]
     */
    double[] query();

    /**
     * The visible keys, likewise.
     *
     * @return k [n][d]
     */
    double[][] keys();

    /**
     * Their values.
     *
     * @return v [n][d]
     */
    double[][] values();
  }

  /**
   * A row without a position and vectors.
   *
   * @param example the example
   * @param query the query
   * @param keys the visible keys
   * @param scores the scores
   * @param weights the weights
   * @param tokenSource computes the tokens
   * @param weightsGradient dL/dp
   * @param scoresGradient dL/dz
   * @param temperature T
   * @param steepness norms of the Jacobian
   */
  public AttentionRow(
      int example,
      int query,
      int[] keys,
      double[] scores,
      double[] weights,
      Supplier<double[][]> tokenSource,
      double @Nullable [] weightsGradient,
      double @Nullable [] scoresGradient,
      OptionalDouble temperature,
      @Nullable Steepness steepness) {
    this(
        example,
        query,
        keys,
        scores,
        weights,
        tokenSource,
        weightsGradient,
        scoresGradient,
        temperature,
        steepness,
        OptionalInt.empty(),
        null);
  }

  /**
   * Norms of the Jacobian dp/dz of the normalizer at one row.
   *
   * @param spectral the largest singular value
   * @param frobenius the root of the sum of all squared entries
   */
  public record Steepness(double spectral, double frobenius) {}

  /**
   * The number of visible keys.
   *
   * @return n, at least 1
   */
  public int length() {
    return keys.length;
  }

  /**
   * The token vectors of the {@linkplain Geometry geometry} in use.
   *
   * @return x [n][size]; the same vectors for all heads where they are the layer's input
   */
  public double[][] tokens() {
    return tokenSource.get();
  }
}
