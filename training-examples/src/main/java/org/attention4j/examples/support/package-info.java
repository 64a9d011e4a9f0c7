/**
 * What every command shares: arguments and their errors, console text, output files, and facts
 * about the program and the JVM.
 */
@NullMarked
package org.attention4j.examples.support;

import org.jspecify.annotations.NullMarked;
