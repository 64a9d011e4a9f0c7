package org.attention4j.samediff;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The parts of one attention operation, as variables of the graph. SameDiff computes what it is
 * asked for: a part that is not used costs nothing.
 *
 * <p>Shapes are those of rank 4; of rank 3 where the input is, and then without h.
 *
 * @param output the weighted values, shape [b, h, Tq, dv], in the type of the values
 * @param unmaskedScores the scaled scores, capped if there is a cap, shape [b, h, Tq, Tk]; FLOAT in
 *     a HALF graph
 * @param scores the same with an additive mask added, and {@link
 *     org.attention4j.normalizer.NormalizerContext#MASKED_SCORE} at hidden keys
 * @param weights the weights before dropout, same shape and type, exactly zero at hidden keys
 */
public record AttentionResult(
    SDVariable output, SDVariable unmaskedScores, SDVariable scores, SDVariable weights) {}
