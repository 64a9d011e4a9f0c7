package org.attention4j.normalizer;

import static org.attention4j.internal.graph.GraphShapes.size;

import java.util.Map;
import java.util.Optional;
import org.attention4j.kernel.Row;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What a {@link Normalizer} may know besides the scores: which keys are visible, how many there are
 * in each row, and its own learnable parameters.
 *
 * <p>Shapes: {@code b} examples, {@code h} heads, {@code Tq} queries, {@code Tk} keys; every array
 * given here broadcasts against the scores [b, h, Tq, Tk].
 */
public final class NormalizerContext {
  /**
   * The score of a masked key: so low that its exponential is zero beside any visible score, and
   * far enough from the end of the float range that differences of it stay finite.
   */
  public static final double MASKED_SCORE = -1e37;

  /**
   * The largest size of a visible score, 1.3e36: what lies beyond, infinities too, counts as this.
   * No visible score is as low as {@link #MASKED_SCORE}. The same on both paths and in every type.
   */
  public static final double LARGEST_SCORE = Row.LARGEST_SCORE;

  /**
   * The axis of the keys, last of four. To be used for every reduction of a row: M2.1 reduces
   * wrongly over an axis given as -1.
   */
  public static final int KEYS = 3;

  private final SDVariable scores;
  private final @Nullable SDVariable visible;
  private final int heads;
  private final Map<String, SDVariable> parameters;
  private @Nullable SDVariable visibleCount;

  /**
   * Describes one set of scores.
   *
   * @param scores the scores, shape [b, h, Tq, Tk]
   * @param visible one where a key is visible and zero where it is masked, of the scores' type and
   *     broadcastable to their shape; null if every key is visible
   * @param heads the number of heads; 0 if it is not known when the graph is made
   * @param parameters the normalizer's learnable parameters by name, each of shape [heads]
   */
  public NormalizerContext(
      SDVariable scores,
      @Nullable SDVariable visible,
      int heads,
      Map<String, SDVariable> parameters) {
    this.scores = scores;
    this.visible = visible;
    this.heads = heads;
    this.parameters = Map.copyOf(parameters);
  }

  /**
   * The number of heads.
   *
   * @return the number of heads, at least 1
   * @throws IllegalStateException if the graph does not know it
   */
  public int heads() {
    if (heads < 1) {
      throw new IllegalStateException(
          "The graph does not know the number of heads; say it with Attention.heads(h).");
    }
    return heads;
  }

  /**
   * Which keys each query sees.
   *
   * @return one for visible, zero for masked, broadcastable to [b, h, Tq, Tk]; empty if all are
   *     visible
   */
  public Optional<SDVariable> visible() {
    return Optional.ofNullable(visible);
  }

  /**
   * The number of visible keys n of each row, at least 1 so that its logarithm and its inverse are
   * defined for rows without one.
   *
   * @return n, of the scores' type, broadcastable to [b, h, Tq, 1]
   */
  public SDVariable visibleCount() {
    if (visibleCount == null) {
      visibleCount =
          visible == null
              ? size(scores, KEYS).castTo(scores.dataType())
              : atLeastOne(visible.sum(true, KEYS));
    }
    return visibleCount;
  }

  private static SDVariable atLeastOne(SDVariable count) {
    return count.add(count.lt(0.5).castTo(count.dataType()));
  }

  /**
   * A learnable parameter.
   *
   * @param name the name it was declared with in {@link Normalizer#parameters(int)}
   * @return the values, shape [1, h, 1, 1]
   * @throws IllegalArgumentException if the normalizer declared no such parameter
   */
  public SDVariable parameter(String name) {
    SDVariable vector = parameters.get(name);
    if (vector == null) {
      throw new IllegalArgumentException(
          "The normalizer asks for a parameter '"
              + name
              + "' that it did not declare; declared are "
              + parameters.keySet()
              + ".");
    }
    return vector.reshape(1, heads(), 1, 1);
  }

  /**
   * Sets what stands at masked keys to zero.
   *
   * @param x finite values, shape [b, h, Tq, Tk]
   * @return x where visible, zero elsewhere
   */
  public SDVariable zeroMasked(SDVariable x) {
    return visible == null ? x : MaskProduct.of(x, visible);
  }

  /**
   * Sets what stands at masked keys to {@link #MASKED_SCORE}. Needed after any arithmetic that may
   * move masked scores upwards, such as a multiplication by a small or negative number.
   *
   * @param x finite values, shape [b, h, Tq, Tk]
   * @return x where visible, {@link #MASKED_SCORE} elsewhere
   */
  public SDVariable fillMasked(SDVariable x) {
    return visible == null ? x : fill(x, visible);
  }

  /**
   * Keeps x where {@code keep} is one and puts {@link #MASKED_SCORE} where it is zero.
   *
   * @param x finite values
   * @param keep ones and zeros of x's type
   * @return the filled values, with gradient zero wherever {@code keep} is zero
   */
  static SDVariable fill(SDVariable x, SDVariable keep) {
    return MaskProduct.of(x, keep).add(keep.sub(1.0).mul(-MASKED_SCORE));
  }

  /**
   * Brings scores into the range that a normalizer is given; NaN stays NaN.
   *
   * @param scores any numbers, shape [b, h, Tq, Tk]
   * @return scores of size at most {@link #LARGEST_SCORE}; beyond it the gradient is zero
   */
  public static SDVariable limited(SDVariable scores) {
    return scores.getSameDiff().math.clipByValue(scores, -LARGEST_SCORE, LARGEST_SCORE);
  }

  /**
   * Sums each row over its visible keys.
   *
   * @param x finite values, shape [b, h, Tq, Tk]
   * @return the sums, shape [b, h, Tq, 1]
   */
  public SDVariable sum(SDVariable x) {
    return zeroMasked(x).sum(true, KEYS);
  }
}
