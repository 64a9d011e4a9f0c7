package org.attention4j.internal.probes;

import java.util.Map;
import org.attention4j.layers.AttentionSpec;
import org.jspecify.annotations.Nullable;

/**
 * What a monitored layer gives on a scheduled iteration: the sampled examples, in Java arrays.
 *
 * <p>Dimensions: e sampled examples, h heads, g heads of keys and values, d head size.
 *
 * @param layer the layer's name
 * @param spec how scores become weights
 * @param examples the indices of the sampled examples in the batch [e]
 * @param queries Q [e, h, d, Tq]
 * @param keys K [e, g, d, Tk]
 * @param values V [e, g, d, Tk]
 * @param tokens what the keys are projected from [e, size, Tk]
 * @param visibleQueries false for a query that is padding [e][Tq]; null without padding
 * @param visibleKeys false for a key that is padding [e][Tk]; null without padding
 * @param normalizerParameters the learned parameters by name, each [h]
 * @param attendedGradient the gradient at the heads' outputs V pᵀ [e, h, d, Tq]; null if it is not
 *     known
 * @param outputs the layer's outputs [e, size, Tq]; null if they are not known
 * @param decays the sums of what is forgotten up to each key [e, h, 1, Tk]; null if nothing is
 * @param oneSequence whether queries and keys are the same sequence
 */
public record Probe(
    String layer,
    AttentionSpec spec,
    int[] examples,
    HeadVectors queries,
    HeadVectors keys,
    HeadVectors values,
    HeadVectors tokens,
    boolean @Nullable [][] visibleQueries,
    boolean @Nullable [][] visibleKeys,
    Map<String, double[]> normalizerParameters,
    @Nullable StepVectors attendedGradient,
    @Nullable HeadVectors outputs,
    @Nullable HeadVectors decays,
    boolean oneSequence) {

  Probe withAttendedGradient(StepVectors gradient) {
    return new Probe(
        layer,
        spec,
        examples,
        queries,
        keys,
        values,
        tokens,
        visibleQueries,
        visibleKeys,
        normalizerParameters,
        gradient,
        outputs,
        decays,
        oneSequence);
  }

  /**
   * The same with other queries masked.
   *
   * @param wanted false for a query that is to be left out [e][Tq]
   * @return the probe
   */
  public Probe withVisibleQueries(boolean[][] wanted) {
    return new Probe(
        layer,
        spec,
        examples,
        queries,
        keys,
        values,
        tokens,
        wanted,
        visibleKeys,
        normalizerParameters,
        attendedGradient,
        outputs,
        decays,
        oneSequence);
  }
}
