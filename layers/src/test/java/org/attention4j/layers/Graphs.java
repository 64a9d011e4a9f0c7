package org.attention4j.layers;

import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Computation graphs around one attention vertex. All sizes are distinct primes. */
final class Graphs {
  static final int EXAMPLES = 3;
  static final int[] SIZES = {5, 7, 11};
  static final int QUERIES = 17;
  static final int KEYS = 13;
  static final int CLASSES = 19;

  static final LayerWorkspaceMgr NO_WORKSPACES = LayerWorkspaceMgr.noWorkspaces();

  private Graphs() {}

  /** One layer and a linear output for each step. */
  static MultiLayerNetwork single(DataType type, Layer layer, int size) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(type)
                .list()
                .layer(layer)
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(1)
                        .build())
                .setInputType(InputType.recurrent(size))
                .build());
    network.init();
    return network;
  }

  /**
   * A layer norm for each of some inputs, so that a gradient check of parameters is one of the
   * vertex' input gradients too; the vertex over them; a softmax output for each query.
   *
   * @param sources for each input of the vertex the number of the network's input that feeds it
   */
  static ComputationGraph of(DataType type, GraphVertex vertex, int... sources) {
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .seed(29)
            .dataType(type)
            .updater(new NoOp())
            .graphBuilder();
    int inputs = java.util.Arrays.stream(sources).max().orElseThrow() + 1;
    String[] vertexInputs = new String[sources.length];
    InputType[] types = new InputType[inputs];
    for (int i = 0; i < inputs; i++) {
      builder.addInputs("in" + i);
      builder.addLayer("norm" + i, new LayerNorm.Builder().build(), "in" + i);
      types[i] = InputType.recurrent(SIZES[i]);
    }
    for (int i = 0; i < sources.length; i++) {
      vertexInputs[i] = "norm" + sources[i];
    }
    ComputationGraph graph =
        new ComputationGraph(
            builder
                .addVertex("attention", vertex, vertexInputs)
                .addLayer(
                    "out",
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(CLASSES)
                        .build(),
                    "attention")
                .setOutputs("out")
                .setInputTypes(types)
                .build());
    graph.init();
    return graph;
  }

  /** The vertex over three inputs, with nothing between. */
  static ComputationGraph bare(DataType type, GraphVertex vertex) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .dataType(type)
                .graphBuilder()
                .addInputs("q", "k", "v")
                .addVertex("attention", vertex, "q", "k", "v")
                .addLayer(
                    "out",
                    new RnnOutputLayer.Builder(LossFunction.MSE).nOut(CLASSES).build(),
                    "attention")
                .setOutputs("out")
                .setInputTypes(
                    InputType.recurrent(SIZES[0]),
                    InputType.recurrent(SIZES[1]),
                    InputType.recurrent(SIZES[2]))
                .build());
    graph.init();
    return graph;
  }

  static INDArray input(DataType type, int index, int examples, int steps) {
    return Nd4j.randn(DataType.DOUBLE, examples, SIZES[index], steps).castTo(type);
  }

  static INDArray labels(DataType type, int examples, int steps) {
    INDArray labels = Nd4j.zeros(type, examples, CLASSES, steps);
    for (int example = 0; example < examples; example++) {
      for (int step = 0; step < steps; step++) {
        labels.putScalar(example, (5 * example + 3 * step) % CLASSES, step, 1);
      }
    }
    return labels;
  }

  /** The vertex' own output. */
  static INDArray attention(
      ComputationGraph graph, INDArray[] inputs, @Nullable INDArray @Nullable [] masks) {
    if (masks == null) {
      graph.clearLayerMaskArrays();
    } else {
      graph.setLayerMaskArrays(masks, null);
    }
    INDArray output = graph.feedForward(inputs, false).get("attention");
    graph.clearLayerMaskArrays();
    return output;
  }

  /** As {@link FiniteDifferences#largestError}, for a graph. */
  static double largestGradientError(
      ComputationGraph graph,
      INDArray[] inputs,
      INDArray labels,
      @Nullable INDArray @Nullable [] masks,
      @Nullable INDArray labelMask) {
    double step = 1e-5;
    INDArray[] labelMasks = labelMask == null ? null : new INDArray[] {labelMask};
    MultiDataSet data = new MultiDataSet(inputs, new INDArray[] {labels}, masks, labelMasks);
    graph.setLayerMaskArrays(masks, labelMasks);
    graph.setInputs(inputs);
    graph.setLabels(labels);
    graph.computeGradientAndScore();
    Map<String, INDArray> gradients = graph.gradient().gradientForVariable();
    double largest = 0;
    for (Map.Entry<String, INDArray> parameter : graph.paramTable().entrySet()) {
      INDArray values = parameter.getValue();
      INDArray start = values.dup();
      INDArray direction = Nd4j.randn(values.dataType(), values.shape());
      values.assign(start.add(direction.mul(step)));
      double above = graph.score(data, true);
      values.assign(start.sub(direction.mul(step)));
      double below = graph.score(data, true);
      values.assign(start);
      double expected = (above - below) / (2 * step);
      double actual =
          gradients.get(parameter.getKey()).mul(direction).sumNumber().doubleValue()
              / inputs[0].size(0);
      largest = Math.max(largest, Math.abs(actual - expected) / Math.max(1e-2, Math.abs(expected)));
    }
    return largest;
  }
}
