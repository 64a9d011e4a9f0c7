package org.attention4j.contract;

import java.util.Arrays;
import org.attention4j.layers.LayerNorm;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The layer or vertex under test, and networks around it. */
abstract class Subject {
  /** The subject's name in its networks. */
  static final String NAME = "subject";

  /** The layer before the subject: its parameters' gradient tests the subject's input gradient. */
  static final String FRONT = "front";

  static final String OUTPUT = "out";
  static final int CLASSES = 3;

  private final int[] inputSizes;

  Subject(int... inputSizes) {
    this.inputSizes = inputSizes;
  }

  abstract void addTo(GraphBuilder builder, String... inputs);

  /** For messages. */
  @Override
  public abstract String toString();

  /** The number of steps of an input, where the first one has the given number. */
  abstract int steps(int input, int first);

  int inputs() {
    return inputSizes.length;
  }

  int inputSize(int input) {
    return inputSizes[input];
  }

  static Subject of(Layer layer, int inputSize) {
    return new Subject(inputSize) {
      @Override
      void addTo(GraphBuilder builder, String... inputs) {
        builder.addLayer(NAME, layer.clone(), inputs);
      }

      @Override
      int steps(int input, int first) {
        return first;
      }

      @Override
      public String toString() {
        return layer.getClass().getSimpleName();
      }
    };
  }

  /** The inputs after the first one are longer, by what the caller says. */
  static Subject of(GraphVertex vertex, int longer, int... inputSizes) {
    return new Subject(inputSizes) {
      @Override
      void addTo(GraphBuilder builder, String... inputs) {
        builder.addVertex(NAME, vertex.clone(), inputs);
      }

      @Override
      int steps(int input, int first) {
        return input == 0 ? first : first + longer;
      }

      @Override
      public String toString() {
        return vertex.getClass().getSimpleName();
      }
    };
  }

  /** The subject between inputs and a softmax output for each step, off its initial parameters. */
  ComputationGraph graph(DataType type) {
    return graph(type, new NoOp(), WorkspaceMode.ENABLED, false);
  }

  ComputationGraph graph(DataType type, IUpdater updater, WorkspaceMode mode, boolean front) {
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .seed(17)
            .dataType(type)
            .updater(updater)
            .trainingWorkspaceMode(mode)
            .inferenceWorkspaceMode(mode)
            .graphBuilder();
    String[] sources = new String[inputSizes.length];
    InputType[] types = new InputType[inputSizes.length];
    for (int i = 0; i < inputSizes.length; i++) {
      types[i] = InputType.recurrent(inputSizes[i]);
      builder.addInputs("in" + i);
      sources[i] = front ? FRONT + i : "in" + i;
      if (front) {
        builder.addLayer(sources[i], new LayerNorm.Builder().build(), "in" + i);
      }
    }
    addTo(builder, sources);
    ComputationGraph graph =
        new ComputationGraph(
            builder
                .addLayer(OUTPUT, output(), NAME)
                .setOutputs(OUTPUT)
                .setInputTypes(types)
                .build());
    graph.init();
    Nd4j.getRandom().setSeed(Arrays.hashCode(inputSizes));
    graph.setParams(
        graph
            .params()
            .add(Nd4j.randn(DataType.DOUBLE, graph.params().shape()).mul(0.2).castTo(type)));
    return graph;
  }

  /** The subject, which is this layer, with the same parameters in a network of layers. */
  MultiLayerNetwork network(Layer layer, DataType type, IUpdater updater) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(type)
                .updater(updater)
                .list(layer.clone(), output())
                .setInputType(InputType.recurrent(inputSize(0)))
                .build());
    network.init();
    network.setParams(graph(type).params());
    return network;
  }

  private static RnnOutputLayer output() {
    return new RnnOutputLayer.Builder(LossFunction.MCXENT)
        .activation(Activation.SOFTMAX)
        .nOut(CLASSES)
        .build();
  }
}
