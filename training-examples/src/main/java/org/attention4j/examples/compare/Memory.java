package org.attention4j.examples.compare;

/**
 * What training a model needs.
 *
 * @param workspaceBytes what ND4J's workspaces held for activations and all else that a step leaves
 *     for its backward pass, at the most
 * @param heapBytesPerStep what the training thread allocates in the Java heap in a step, the median
 */
record Memory(long workspaceBytes, long heapBytesPerStep) {}
