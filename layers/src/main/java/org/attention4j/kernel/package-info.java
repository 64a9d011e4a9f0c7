/**
 * CPU kernels for attention on plain arrays: the row kernels of the normalizers and the fused
 * operation around them, which never holds a matrix of queries by keys.
 *
 * <p>Two roads for FLOAT, chosen once: {@code jdk.incubator.vector} if the JVM was started with
 * {@code --add-modules jdk.incubator.vector}, otherwise plain loops. DOUBLE has a plain road of its
 * own.
 */
@NullMarked
package org.attention4j.kernel;

import org.jspecify.annotations.NullMarked;
