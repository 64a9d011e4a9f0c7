/**
 * Five short programs to read in the order of their names and to copy from. Each stands alone, has
 * a {@code main} and runs in seconds.
 */
@NullMarked
package org.attention4j.examples.quickstart;

import org.jspecify.annotations.NullMarked;
