/**
 * Linear maps of sequences in FLOAT, and how matrices are packed for the tiles.
 *
 * <p>The tiles are those of {@link org.attention4j.internal.vector.TileOps}.
 *
 * <p>Where this package stands among the others: {@code docs/architecture.md}.
 */
@NullMarked
package org.attention4j.internal.linear;

import org.jspecify.annotations.NullMarked;
