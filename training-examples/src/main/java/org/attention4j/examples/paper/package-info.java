/**
 * The command {@code paper}: the algorithms of two papers on the limits of softmax attention, on a
 * trained network.
 */
@NullMarked
package org.attention4j.examples.paper;

import org.jspecify.annotations.NullMarked;
