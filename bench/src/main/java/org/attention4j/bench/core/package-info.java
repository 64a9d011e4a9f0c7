/** JMH benchmarks of this library's own code: what each normalizer and each option costs. */
@NullMarked
package org.attention4j.bench.core;

import org.jspecify.annotations.NullMarked;
