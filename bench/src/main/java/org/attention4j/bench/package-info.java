/**
 * What this library's speed is compared with, and the command that prints the comparison. The
 * benchmarks themselves are in {@code core} and {@code compare}, run by JMH.
 */
@NullMarked
package org.attention4j.bench;

import org.jspecify.annotations.NullMarked;
