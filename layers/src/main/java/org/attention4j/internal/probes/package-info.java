/**
 * Finds the attention of a network and computes sampled rows of it again.
 *
 * <p>See {@code docs/architecture.md} for how the packages of the monitor fit together.
 */
@NullMarked
package org.attention4j.internal.probes;

import org.jspecify.annotations.NullMarked;
