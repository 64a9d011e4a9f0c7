/**
 * The page on attention in Deeplearning4j's training UI, at {@code /attention}: start it with
 * {@link org.attention4j.monitor.ui.AttentionPage}, or attach a storage to the UI yourself.
 *
 * <p>See {@code docs/architecture.md} for how the packages of the monitor fit together.
 *
 * <p>Needs {@code org.deeplearning4j:deeplearning4j-ui} and {@code org.webjars.npm:echarts}, which
 * are optional to the library.
 */
@org.jspecify.annotations.NullMarked
package org.attention4j.monitor.ui;
