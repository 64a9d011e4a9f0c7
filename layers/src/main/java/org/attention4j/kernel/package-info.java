/**
 * Row kernels: a normalizer on one row of scores in Java, forward and backward. The fused path
 * calls them.
 *
 * <p>Write one by implementing {@link org.attention4j.kernel.RowKernel}; {@link
 * org.attention4j.kernel.RowKernels} has those of the built-in normalizers. Nothing here knows
 * ND4J.
 *
 * <p>Where this package stands among the others: {@code docs/architecture.md}.
 */
@NullMarked
package org.attention4j.kernel;

import org.jspecify.annotations.NullMarked;
