/**
 * The inner loops on {@code float} arrays, in vector instructions and in plain Java.
 *
 * <p>One interface a concern: {@link org.attention4j.internal.vector.RowOps}, {@link
 * org.attention4j.internal.vector.TileOps}, {@link org.attention4j.internal.vector.SparseOps}. Each
 * has a scalar and a vector implementation; {@link org.attention4j.internal.vector.FloatOps} picks.
 * DOUBLE has no vector implementation: it serves gradient checks.
 *
 * <p>Where this package stands among the others: {@code docs/architecture.md}.
 */
@NullMarked
package org.attention4j.internal.vector;

import org.jspecify.annotations.NullMarked;
