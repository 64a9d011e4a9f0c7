package org.attention4j.samediff;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The parts of one attention operation.
 *
 * @param scores the masked, scaled scores, shape [b, h, Tq, Tk]
 * @param weights the weights before dropout, shape [b, h, Tq, Tk]
 * @param output the weighted values, shape [b, h, d, Tq]
 */
public record AttentionResult(SDVariable scores, SDVariable weights, SDVariable output) {}
