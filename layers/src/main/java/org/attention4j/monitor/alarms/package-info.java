/**
 * Rules that find a fault in the metrics of a head, and the alarms that they raise.
 *
 * <p>See {@code docs/architecture.md} for how the packages of the monitor fit together.
 */
@NullMarked
package org.attention4j.monitor.alarms;

import org.jspecify.annotations.NullMarked;
