package org.attention4j.normalizer;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowKernel;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.databind.annotation.JsonDeserialize;
import org.nd4j.shade.jackson.databind.annotation.JsonSerialize;

/**
 * From attention scores to attention weights, row by row: the one extension point.
 *
 * <p>Shapes: {@code b} examples, {@code h} heads, {@code Tq} queries, {@code Tk} keys. A row is the
 * last axis: the scores of one query against all keys.
 *
 * <p>What the caller guarantees: the scores are finite wherever a key is visible, of type FLOAT or
 * DOUBLE (never narrower), and {@link NormalizerContext#MASKED_SCORE} wherever a key is masked;
 * whatever the normalizer returns for a masked key is replaced by exactly zero, and so is its
 * gradient. What the normalizer guarantees: it returns finite values, also for a row with one
 * visible key or none, and its answer for a visible key does not depend on the masked ones; the
 * helpers of {@link NormalizerContext} make that easy.
 *
 * <p>The simplest normalizer is a lambda: {@code (sd, scores, context) ->
 * sd.nn.softmax(scores.sub(scores.max(true, 3)), 3)}, which takes the largest score off first
 * because the framework's softmax is NaN in DOUBLE where all scores are very low. One that is to be
 * saved with a model also names its {@link #type()} and {@link #options()} and is announced by a
 * {@link NormalizerProvider}.
 */
@FunctionalInterface
@JsonSerialize(using = NormalizerJson.Writer.class)
@JsonDeserialize(using = NormalizerJson.Reader.class)
public interface Normalizer extends Serializable {

  /**
   * Writes the normalizer into a graph.
   *
   * @param sd the graph
   * @param scores the masked, scaled scores, shape [b, h, Tq, Tk], FLOAT or DOUBLE
   * @param context the mask, the number of visible keys, the heads and the learnable parameters
   * @return the weights, same shape and type as the scores
   */
  SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context);

  /**
   * The name under which this normalizer stands in JSON, such as {@code entmax}.
   *
   * @return the type name
   * @throws IllegalStateException if the normalizer has none, as a lambda, so that it cannot be
   *     saved
   */
  default String type() {
    throw new IllegalStateException(
        "Normalizer "
            + getClass().getName()
            + " has no type name and cannot be saved; override type() and options() and register a"
            + " NormalizerProvider for it.");
  }

  /**
   * The options that, with the {@link #type()}, make this normalizer again. Values are numbers,
   * booleans, strings or normalizers.
   *
   * @return the options by name, in the order in which they are written
   */
  default Map<String, Object> options() {
    return Map.of();
  }

  /**
   * The same on one row in plain Java, with which layers run fused on the CPU.
   *
   * @return the row kernel; none by default, and then layers run {@link #normalize}
   */
  default Optional<RowKernel> kernel() {
    return Optional.empty();
  }

  /**
   * What this normalizer promises about its weights.
   *
   * @return the declared traits; none by default
   */
  default Set<Trait> traits() {
    return Set.of();
  }

  /**
   * The learnable parameters, in the order in which a layer appends them to its own.
   *
   * @param heads the number of heads of the layer
   * @return the parameters; none by default
   */
  default List<NormalizerParameter> parameters(int heads) {
    return List.of();
  }

  /**
   * What the learnable parameters of a head stand for, in the words of the formula: a parameter
   * that is trained as log T is shown as T.
   *
   * @param parameters the trained values of one head, by {@linkplain #parameters parameter name}
   * @return what to show, by name; the parameters as they are by default
   */
  default Map<String, Double> learned(Map<String, Double> parameters) {
    return parameters;
  }
}
