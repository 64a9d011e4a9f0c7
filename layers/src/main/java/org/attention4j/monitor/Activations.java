package org.attention4j.monitor;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the layers of a network have put out in a forward pass. */
@FunctionalInterface
interface Activations {
  /**
   * The output of a layer or vertex.
   *
   * @param place the number of a layer in its network, or the name of a vertex
   */
  @Nullable INDArray of(String place);
}
