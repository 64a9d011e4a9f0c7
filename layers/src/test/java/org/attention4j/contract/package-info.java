/**
 * The contract kit: what every normalizer, layer and vertex must keep, as tests that its author
 * inherits. See {@link org.attention4j.contract.NormalizerContract}.
 */
@NullMarked
package org.attention4j.contract;

import org.jspecify.annotations.NullMarked;
