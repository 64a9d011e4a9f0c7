/**
 * A linear map to many classes, softmax and cross entropy in one, on Java arrays, in FLOAT: what a
 * language model ends with.
 */
@NullMarked
package org.attention4j.internal.crossentropy;

import org.jspecify.annotations.NullMarked;
