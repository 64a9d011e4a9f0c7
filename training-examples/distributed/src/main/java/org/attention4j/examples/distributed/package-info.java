/**
 * The command {@code distributed}: the model of {@code compare} trained by Deeplearning4j on Apache
 * Spark. It has a jar of its own, so that nobody else carries Spark.
 */
@NullMarked
package org.attention4j.examples.distributed;

import org.jspecify.annotations.NullMarked;
