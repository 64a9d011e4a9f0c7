package org.attention4j.examples.compare;

/**
 * What training a model needs.
 *
 * @param workspaceBytes the largest size of ND4J's workspaces, which hold activations and all else
 *     that a step leaves for its backward pass
 * @param heapBytesPerStep what the training thread allocates in the Java heap in a step, the median
 */
record Memory(long workspaceBytes, long heapBytesPerStep) {}
