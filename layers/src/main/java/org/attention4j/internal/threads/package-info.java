/**
 * Threads that run tasks beside the thread that asks, and a pool of what tasks borrow.
 *
 * <p>{@link org.attention4j.internal.threads.Workers} has one set of threads for the whole JVM.
 *
 * <p>Where this package stands among the others: {@code docs/architecture.md}.
 */
@NullMarked
package org.attention4j.internal.threads;

import org.jspecify.annotations.NullMarked;
