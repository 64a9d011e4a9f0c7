package org.attention4j.internal.graph;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.internal.linear.FloatLinear;
import org.attention4j.internal.linear.StoredMatrix;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The linear maps of an operation in Java as its inputs: after x, the matrix of each map and, if it
 * has one, its bias. The gradients of the inputs stand in the same order.
 */
final class LinearMapArguments {
  private final List<Stored> maps;

  private record Stored(int outputs, boolean transposed, boolean biased) {}

  LinearMapArguments(List<LinearMap> maps) {
    this.maps =
        maps.stream()
            .map(
                map ->
                    new Stored(
                        Math.toIntExact(map.outputs()), map.transposed(), map.bias() != null))
            .toList();
  }

  /** The inputs of an operation that applies the maps to x. */
  static SDVariable[] inputs(SDVariable x, List<LinearMap> maps) {
    List<SDVariable> inputs = new ArrayList<>(List.of(x));
    for (LinearMap map : maps) {
      inputs.add(map.weights());
      if (map.bias() != null) {
        inputs.add(map.bias());
      }
    }
    return inputs.toArray(new SDVariable[0]);
  }

  /** How many maps there are. */
  int count() {
    return maps.size();
  }

  /** The number of output features of a map. */
  int outputs(int map) {
    return maps.get(map).outputs();
  }

  /** The maps for the kernels, from the values of the inputs. */
  List<FloatLinear.Weights> weights(Value[] inputs) {
    List<FloatLinear.Weights> weights = new ArrayList<>();
    int next = 1;
    for (Stored map : maps) {
      StoredMatrix matrix = inputs[next++].matrix();
      float[] bias = map.biased() ? inputs[next++].floats() : null;
      weights.add(new FloatLinear.Weights(matrix, map.outputs(), map.transposed(), bias));
    }
    return weights;
  }

  /**
   * The gradients of an operation's inputs.
   *
   * @param dx dL/dx
   * @param ofMaps the gradients of all maps, in their order; an element may have several maps
   * @param inputs the inputs, for their shapes
   */
  Value[] gradients(float[] dx, List<FloatLinear.Gradients> ofMaps, Value[] inputs) {
    List<Value> all = new ArrayList<>(List.of(Value.of(dx, inputs[0].shape())));
    int map = 0;
    for (FloatLinear.Gradients some : ofMaps) {
      for (int i = 0; i < some.weights().length; i++) {
        all.add(Value.of(some.weights()[i], inputs[all.size()].shape()));
        if (maps.get(map++).biased()) {
          all.add(Value.of(some.biases()[i], inputs[all.size()].shape()));
        }
      }
    }
    return all.toArray(new Value[0]);
  }
}
