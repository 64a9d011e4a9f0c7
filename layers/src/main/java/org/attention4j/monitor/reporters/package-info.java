/**
 * Where metrics and alarms go: log, files, TensorBoard, memory, Micrometer, the training UI.
 *
 * <p>See {@code docs/architecture.md} for how the packages of the monitor fit together.
 */
@NullMarked
package org.attention4j.monitor.reporters;

import org.jspecify.annotations.NullMarked;
