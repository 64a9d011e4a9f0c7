package org.attention4j.monitor;

import java.util.Map;
import org.attention4j.layers.AttentionSpec;
import org.jspecify.annotations.Nullable;

/**
 * What a watched layer hands over on a scheduled iteration: the sampled examples, as plain numbers.
 *
 * <p>Dimensions: e sampled examples, h heads, g heads of keys and values, d head size.
 *
 * @param layer the layer's name
 * @param rule how scores become weights
 * @param examples the places of the sampled examples in the batch [e]
 * @param queries Q [e, h, d, Tq]
 * @param keys K [e, g, d, Tk]
 * @param values V [e, g, d, Tk]
 * @param tokens the layer's input at the keys [e, size, Tk]
 * @param queryCounts whether a query is none of padding [e][Tq]; null if all count
 * @param keyCounts whether a key is none of padding [e][Tk]; null if all count
 * @param normalizerParameters the learned parameters by name, each [h]
 * @param attendedGradient the gradient at V pᵀ [e, h, d, Tq]; null if there was no backward pass to
 *     be seen
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Probe(
    String layer,
    AttentionSpec rule,
    int[] examples,
    HeadVectors queries,
    HeadVectors keys,
    HeadVectors values,
    HeadVectors tokens,
    boolean @Nullable [][] queryCounts,
    boolean @Nullable [][] keyCounts,
    Map<String, double[]> normalizerParameters,
    @Nullable HeadVectors attendedGradient) {

  Probe withAttendedGradient(HeadVectors gradient) {
    return new Probe(
        layer,
        rule,
        examples,
        queries,
        keys,
        values,
        tokens,
        queryCounts,
        keyCounts,
        normalizerParameters,
        gradient);
  }
}
