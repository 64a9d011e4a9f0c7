/**
 * Normalization of the steps of sequences in FLOAT.
 *
 * <p>Where this package stands among the others: {@code docs/architecture.md}.
 */
@NullMarked
package org.attention4j.internal.norm;

import org.jspecify.annotations.NullMarked;
