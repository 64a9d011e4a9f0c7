/**
 * Memory that is used again: the scratch memory of tasks, and the arrays that operations hand on.
 *
 * <p>Where this package stands among the others: {@code docs/architecture.md}.
 */
@NullMarked
package org.attention4j.internal.memory;

import org.jspecify.annotations.NullMarked;
