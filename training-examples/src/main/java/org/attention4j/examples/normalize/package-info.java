/** The command {@code normalize}: one normalizer on one row of scores. */
@NullMarked
package org.attention4j.examples.normalize;

import org.jspecify.annotations.NullMarked;
