/**
 * The running layers, for this library's own use. Each has the name of its configuration, since
 * Deeplearning4j shows that name in summaries and messages.
 */
@NullMarked
package org.attention4j.layers.runtime;

import org.jspecify.annotations.NullMarked;
