/**
 * Fused attention on plain arrays: forward and backward pass without a matrix of queries by keys.
 *
 * <p>Begin reading at {@link org.attention4j.internal.attention.FloatAttention}. {@link org.attention4j.internal.attention.DoubleAttention} says the same in plain loops.
 *
 * <p>Where this package stands among the others: {@code docs/architecture.md}.
 */
@NullMarked
package org.attention4j.internal.attention;

import org.jspecify.annotations.NullMarked;
