/**
 * The tasks of {@code recall}, which {@code compare} sets too: find one item among many and say its
 * value, in contexts longer than those of the training.
 */
@NullMarked
package org.attention4j.examples.retrieval;

import org.jspecify.annotations.NullMarked;
