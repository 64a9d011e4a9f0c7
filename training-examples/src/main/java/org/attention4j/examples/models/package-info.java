/** Published models and their tokenizers, for the commands that run them. */
@NullMarked
package org.attention4j.examples.models;

import org.jspecify.annotations.NullMarked;
