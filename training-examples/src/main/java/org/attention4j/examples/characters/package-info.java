/**
 * The command {@code characters}: trains the causal character model that comes with the program.
 */
@NullMarked
package org.attention4j.examples.characters;

import org.jspecify.annotations.NullMarked;
