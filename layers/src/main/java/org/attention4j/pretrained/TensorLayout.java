package org.attention4j.pretrained;

import java.util.Map;
import java.util.SortedMap;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Which parameters make up the tensors of a model's files: the opposite of a {@link WeightPlan}.
 *
 * @param shapes of the tensors, by name
 * @param copies the part of a tensor that each parameter is
 * @param constants the value of each parameter that no tensor holds
 */
record TensorLayout(
    SortedMap<String, long[]> shapes,
    Map<WeightPlan.Target, WeightPlan.Copy> copies,
    Map<WeightPlan.Target, Double> constants) {

  /** Refuses a network in which a parameter that no tensor holds is no longer what it was. */
  void requireConstants(MultiLayerNetwork network) {
    constants.forEach(
        (target, value) -> {
          if (parameter(network, target).neq(value).any()) {
            throw new IllegalStateException(
                ("Pretrained.save: the parameter '%s' of layer '%s' was trained but the files of"
                        + " this family have no tensor for it; save the network with SavedModel.")
                    .formatted(target.parameter(), target.layer()));
          }
        });
  }

  /** The numbers that a tensor has in a network. */
  float[] numbers(MultiLayerNetwork network, String tensor) {
    long count = 1;
    for (long size : shapes.getOrDefault(tensor, new long[0])) {
      count *= size;
    }
    float[] numbers = new float[Math.toIntExact(count)];
    copies.forEach(
        (target, copy) -> {
          if (copy.tensor().equals(tensor)) {
            put(parameter(network, target), copy, numbers);
          }
        });
    return numbers;
  }

  private static void put(INDArray parameter, WeightPlan.Copy copy, float[] numbers) {
    INDArray matrix = WeightPlan.asMatrix(parameter, copy);
    float[] part = (copy.transposed() ? matrix.transpose() : matrix).dup('c').data().asFloat();
    int columns = Math.toIntExact(copy.columns());
    for (int row = 0; row < copy.rows(); row++) {
      int at = Math.toIntExact(row * copy.width() + copy.from());
      System.arraycopy(part, row * columns, numbers, at, columns);
    }
  }

  private static INDArray parameter(MultiLayerNetwork network, WeightPlan.Target target) {
    return network.getLayer(target.layer()).getParam(target.parameter());
  }
}
