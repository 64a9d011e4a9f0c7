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
}
