/**
 * Peers behind one small interface, and the JMH benchmarks that time them, each in its own fork.
 */
@NullMarked
package org.attention4j.bench.compare;

import org.jspecify.annotations.NullMarked;
