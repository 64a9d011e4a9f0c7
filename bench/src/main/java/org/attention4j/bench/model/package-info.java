/**
 * One small transformer in several frameworks, with the same parameters and data: a whole training
 * step of each against that of the others.
 */
@NullMarked
package org.attention4j.bench.model;

import org.jspecify.annotations.NullMarked;
