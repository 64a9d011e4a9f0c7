package org.attention4j.dl4j;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** The graph that a layer writes for training. */
public final class TrainingGraph {
  private TrainingGraph() {}

  /** The names of the graph's operations, in their order. */
  public static List<String> operations(ExactSameDiffLayer layer, long size, int steps) {
    return graph(layer, size, steps, true).sameDiff().getOps().values().stream()
        .map(op -> op.getOp().opName())
        .toList();
  }

  /** Whether the layer adds to the loss. */
  public static boolean hasLoss(ExactSameDiffLayer layer, long size, int steps, boolean training) {
    return graph(layer, size, steps, training).loss() != null;
  }

  private static LayerGraph graph(
      ExactSameDiffLayer layer, long size, int steps, boolean training) {
    SameDiff sd = SameDiff.create();
    Map<String, SDVariable> parameters = new LinkedHashMap<>();
    layer
        .getLayerParams()
        .getParamShapes()
        .forEach(
            (name, shape) -> parameters.put(name, sd.placeHolder(name, DataType.DOUBLE, shape)));
    String input = ExactSameDiffLayer.INPUT;
    LayerGraph graph =
        new LayerGraph(
            sd,
            training,
            Map.of(input, sd.placeHolder(input, DataType.DOUBLE, -1, size, -1)),
            Map.of(input, sd.placeHolder("mask", DataType.DOUBLE, -1, -1)),
            parameters,
            steps,
            null);
    layer.define(graph);
    return graph;
  }
}
