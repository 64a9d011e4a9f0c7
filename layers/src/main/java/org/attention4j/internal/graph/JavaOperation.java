package org.attention4j.internal.graph;

/** An operation of a graph that a {@link GraphProgram} runs in Java, not through the backend. */
interface JavaOperation {
  /**
   * Computes the outputs.
   *
   * @param inputs the inputs in their order
   * @return the outputs in their order
   */
  Value[] run(Value[] inputs);

  /**
   * Computes the first output, where nobody reads the others.
   *
   * @param inputs the inputs in their order
   * @return the first output, and as many of the others as come with it
   */
  default Value[] runForFirst(Value[] inputs) {
    return run(inputs);
  }
}
