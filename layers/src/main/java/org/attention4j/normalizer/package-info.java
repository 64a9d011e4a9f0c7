/**
 * The normalizer, the map from scores to weights, with the ready-made maps and the way to add one.
 */
@NullMarked
package org.attention4j.normalizer;

import org.jspecify.annotations.NullMarked;
