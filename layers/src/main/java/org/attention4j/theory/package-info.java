/**
 * What is known about a row of attention weights, as pure functions on plain arrays: its spread,
 * how far the chosen tokens lie from the rest, and how steep the normalizer is.
 *
 * <p>Notation, after <a href="https://arxiv.org/abs/2508.17821">Limitations of Normalization in
 * Attention Mechanism</a>: L visible tokens with vectors x_i [d] and weights α_i, of which I_N are
 * the N largest; the context vector is {@code s = Σ_{i∈I_N} α_i x_i}, not divided by the mass.
 */
@NullMarked
package org.attention4j.theory;

import org.jspecify.annotations.NullMarked;
