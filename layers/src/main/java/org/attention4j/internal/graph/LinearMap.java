package org.attention4j.internal.graph;

import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A linear map of the features of each step, in a graph: {@code y = W x + b}.
 *
 * @param weights W, in memory [out, in], or [in, out] if transposed
 * @param outputs out
 * @param transposed how W is stored
 * @param bias b, [out]; null for none
 */
public record LinearMap(
    SDVariable weights, long outputs, boolean transposed, @Nullable SDVariable bias) {}
