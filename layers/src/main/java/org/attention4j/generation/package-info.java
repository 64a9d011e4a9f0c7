/**
 * Text from a language model: steps with kept keys and values, and the choice of each token. Begin
 * reading at {@link org.attention4j.generation.TokenGenerator}.
 */
@NullMarked
package org.attention4j.generation;

import org.jspecify.annotations.NullMarked;
