/**
 * The command {@code temperature}: what dividing the scores by T does to gradients and training.
 */
@NullMarked
package org.attention4j.examples.temperature;

import org.jspecify.annotations.NullMarked;
