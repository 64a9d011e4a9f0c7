/**
 * Graphs of SameDiff as this library runs them: the program that executes operations in a fixed
 * order, their exact gradients, and the operations that run in Java. Not for users.
 */
@NullMarked
package org.attention4j.internal.graph;

import org.jspecify.annotations.NullMarked;
