/**
 * Dot-product attention as operations of a graph: what the facade and the layers have in common.
 * Not for users.
 */
@NullMarked
package org.attention4j.internal.dotproduct;

import org.jspecify.annotations.NullMarked;
