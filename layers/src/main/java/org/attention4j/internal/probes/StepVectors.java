package org.attention4j.internal.probes;

/** One vector for each example, head and step. */
public interface StepVectors {
  /**
   * One of them.
   *
   * @param example among the sampled ones
   * @param head the head
   * @param step the step
   * @return the vector, as long as the head is wide
   */
  double[] of(int example, int head, int step);
}
