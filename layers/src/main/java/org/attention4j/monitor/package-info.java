/**
 * Watches attention while it trains: {@link org.attention4j.monitor.AttentionMonitor} is the
 * listener and its builder says when, what and to whom.
 *
 * <p>See {@code docs/architecture.md} for how the packages of the monitor fit together.
 */
@NullMarked
package org.attention4j.monitor;

import org.jspecify.annotations.NullMarked;
