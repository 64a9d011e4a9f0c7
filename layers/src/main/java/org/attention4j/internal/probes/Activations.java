package org.attention4j.internal.probes;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The outputs of the layers of a network in a forward pass. */
@FunctionalInterface
public interface Activations {
  /**
   * The output of a layer or vertex.
   *
   * @param id the index of a layer in its network, or the name of a vertex
   * @return the output; null if it is not known
   */
  @Nullable INDArray of(String id);
}
