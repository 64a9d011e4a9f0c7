/**
 * Runs metrics and alarm rules so that nothing that fails in them stops training.
 *
 * <p>See {@code docs/architecture.md} for how the packages of the monitor fit together.
 */
@NullMarked
package org.attention4j.internal.monitor;

import org.jspecify.annotations.NullMarked;
