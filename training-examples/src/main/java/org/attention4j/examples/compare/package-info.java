/** The command {@code compare}: one small transformer, real text, several normalizers and seeds. */
@NullMarked
package org.attention4j.examples.compare;

import org.jspecify.annotations.NullMarked;
