package org.attention4j.layers;

import org.attention4j.dl4j.LayerGraph;
import org.attention4j.dl4j.PastSteps;
import org.attention4j.internal.graph.HostArrays;
import org.nd4j.linalg.api.buffer.DataType;

/** Where operations in Java can take the place of the backend's: in FLOAT, on the CPU. */
final class JavaPath {
  private JavaPath() {}

  /**
   * Whether an operation in Java can be taken.
   *
   * @param type the type that the layer computes in
   */
  static boolean isPossible(DataType type) {
    return type == DataType.FLOAT && HostArrays.onCpu();
  }

  /**
   * Whether a graph is for a few steps after earlier ones, so that most of its work is to read the
   * parameters.
   */
  static boolean isFewSteps(LayerGraph graph) {
    return graph.past().map(PastSteps::few).orElse(false);
  }
}
