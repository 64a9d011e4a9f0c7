package org.attention4j.examples;

import java.util.List;

/**
 * What one trained model came to.
 *
 * @param normalizer the normalizer in its attention layers
 * @param validationBits bits per character on the validation text
 * @param heads the spread of attention of each head at the end
 * @param parameters how many numbers were learned
 * @param seconds the time that training took
 * @param losses the training loss at each step, in bits per character
 */
record ModelResult(
    NamedNormalizer normalizer,
    double validationBits,
    List<HeadStatistics> heads,
    long parameters,
    double seconds,
    List<Double> losses) {}
