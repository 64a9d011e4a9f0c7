/**
 * The measurements of two papers on any network: how far apart the tokens are that a head chooses
 * ({@link org.attention4j.limits.HeadAtN}), how steep softmax is at its scores ({@link
 * org.attention4j.limits.SampledHead#sensitivity}), and what a network gives if its heads read N
 * keys alone ({@link org.attention4j.limits.RestrictedNetwork}).
 *
 * @see <a href="https://arxiv.org/abs/2508.17821">Limitations of Normalization in Attention
 *     Mechanism</a>
 * @see <a href="https://arxiv.org/abs/2609.37879">Retrieval Capacity of Self-Attention Under
 *     Competition</a>
 */
@NullMarked
package org.attention4j.limits;

import org.jspecify.annotations.NullMarked;
