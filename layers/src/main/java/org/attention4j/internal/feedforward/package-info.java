/**
 * The feed-forward block of a transformer in FLOAT.
 *
 * <p>Where this package stands among the others: {@code docs/architecture.md}.
 */
@NullMarked
package org.attention4j.internal.feedforward;

import org.jspecify.annotations.NullMarked;
