package org.attention4j.layers;

/** How an attention layer computes the part between its projections. */
public enum Execution {
  /**
   * Fused where that is possible and faster: on the CPU, for FLOAT and HALF networks, with a
   * normalizer that has a row kernel; as a graph otherwise. In a JVM without the vector module, for
   * some numbers of steps the graph is the faster one and taken.
   */
  AUTO,

  /** As operations of a graph, with the whole matrix of weights in memory; on every backend. */
  GRAPH,

  /**
   * As one operation that never holds the matrix of weights, on the CPU; for DOUBLE in plain loops.
   */
  FUSED
}
