/**
 * What is measured at a head, and what a metric of your own gets to see.
 *
 * <p>See {@code docs/architecture.md} for how the packages of the monitor fit together.
 */
@NullMarked
package org.attention4j.monitor.metrics;

import org.jspecify.annotations.NullMarked;
