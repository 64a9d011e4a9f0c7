/** Benchmarks of attention4j's own code and of its peers, run by JMH. */
@NullMarked
package org.attention4j.bench;

import org.jspecify.annotations.NullMarked;
