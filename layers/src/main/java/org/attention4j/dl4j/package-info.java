/** The one adapter to Deeplearning4j's internals: the runtime layer and the runtime vertex. */
@NullMarked
package org.attention4j.dl4j;

import org.jspecify.annotations.NullMarked;
