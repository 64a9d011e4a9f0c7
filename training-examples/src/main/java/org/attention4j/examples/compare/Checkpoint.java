package org.attention4j.examples.compare;

/**
 * What a model needs on the validation text while it still trains.
 *
 * @param step after how many steps
 * @param seconds after how much time of training, measurements like this one not counted
 * @param cpuSeconds after how much processor time of the training thread
 * @param bits bits per character
 */
record Checkpoint(int step, double seconds, double cpuSeconds, double bits) {}
