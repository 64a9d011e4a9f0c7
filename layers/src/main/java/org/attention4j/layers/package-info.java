/** Attention layers and vertices for Deeplearning4j whose normalizer is a part you choose. */
@NullMarked
package org.attention4j.layers;

import org.jspecify.annotations.NullMarked;
