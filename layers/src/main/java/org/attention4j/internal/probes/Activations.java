package org.attention4j.internal.probes;

import java.util.List;
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

  /**
   * Those of a MultiLayerNetwork, as its listeners get them.
   *
   * @param activations the network's input and the outputs of its layers, or of some first ones
   * @return the outputs by the index of the layer
   */
  static Activations ofLayers(List<INDArray> activations) {
    return id -> {
      int index = Integer.parseInt(id) + 1;
      return index < activations.size() ? activations.get(index) : null;
    };
  }
}
