/**
 * Attention in SameDiff graphs: the operation itself, its exact gradient, and the program that runs
 * it.
 */
@NullMarked
package org.attention4j.samediff;

import org.jspecify.annotations.NullMarked;
