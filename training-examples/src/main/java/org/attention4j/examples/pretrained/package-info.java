/** The command {@code pretrained}: published models, run by this library. */
@NullMarked
package org.attention4j.examples.pretrained;

import org.jspecify.annotations.NullMarked;
