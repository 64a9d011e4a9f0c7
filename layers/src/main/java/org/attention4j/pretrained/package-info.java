/**
 * Reads published transformers, {@code config.json} and safetensors, into networks of our layers.
 */
@NullMarked
package org.attention4j.pretrained;

import org.jspecify.annotations.NullMarked;
