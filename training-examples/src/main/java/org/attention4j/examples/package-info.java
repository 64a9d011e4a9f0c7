/**
 * The entry point of the command line. Each command has a package of its own and knows no other
 * command; what two commands share is in {@code training}, {@code statistics}, {@code report} and
 * {@code support}.
 */
@NullMarked
package org.attention4j.examples;

import org.jspecify.annotations.NullMarked;
