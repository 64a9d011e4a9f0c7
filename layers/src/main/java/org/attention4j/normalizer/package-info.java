/** The normalizer, from scores to weights: the ready-made ones, and the way to add one. */
@NullMarked
package org.attention4j.normalizer;

import org.jspecify.annotations.NullMarked;
