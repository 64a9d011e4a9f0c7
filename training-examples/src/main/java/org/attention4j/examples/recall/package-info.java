/**
 * The command {@code recall}: finding one token among many, in contexts longer than those of the
 * training.
 */
@NullMarked
package org.attention4j.examples.recall;

import org.jspecify.annotations.NullMarked;
