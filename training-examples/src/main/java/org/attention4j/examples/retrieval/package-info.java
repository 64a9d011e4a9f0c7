/**
 * Finding one item among many: the smallest model that can, and the tasks of {@code recall}, which
 * {@code compare} sets too, in contexts longer than those of the training.
 */
@NullMarked
package org.attention4j.examples.retrieval;

import org.jspecify.annotations.NullMarked;
