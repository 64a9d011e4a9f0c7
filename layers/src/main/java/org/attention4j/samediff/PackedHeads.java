package org.attention4j.samediff;

/**
 * How many heads share the last axis of [b, T, heads * d].
 *
 * @param queries h
 * @param keys hk, which divides h; keys and values have as many
 */
record PackedHeads(int queries, int keys) {}
