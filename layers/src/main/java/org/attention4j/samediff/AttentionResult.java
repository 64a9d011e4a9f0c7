package org.attention4j.samediff;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The parts of one attention operation, as variables of the graph. SameDiff computes what it is
 * asked for: a part that is not used costs nothing.
 *
 * <p>Shapes are those of rank 4. Where the input is of rank 3 and one head, all are of rank 3,
 * without h; where it is of rank 3 with {@linkplain Attention#packedHeads packed heads}, only the
 * output is.
 *
 * @param output the weighted values, shape [b, h, Tq, dv], [b, Tq, h * dv] for packed heads, in the
 *     type of the values
 * @param unmaskedScores the scaled scores, capped if there is a cap, shape [b, h, Tq, Tk]; FLOAT in
 *     a HALF graph
 * @param scores the same with an additive mask and a bias added, and {@link
 *     org.attention4j.normalizer.NormalizerContext#MASKED_SCORE} at hidden keys
 * @param weights the weights before dropout, same shape and type, exactly zero at hidden keys
 * @param presentKeys all keys, the past ones first, shape [b, hk, Tk, d]: the past keys of the next
 *     call
 * @param presentValues all values, shape [b, hk, Tk, dv]
 */
public record AttentionResult(
    SDVariable output,
    SDVariable unmaskedScores,
    SDVariable scores,
    SDVariable weights,
    SDVariable presentKeys,
    SDVariable presentValues) {}
