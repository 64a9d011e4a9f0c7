package org.attention4j.testing;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.attention4j.layers.LayerNorm;
import org.attention4j.layers.LearnedPositionEmbedding;
import org.attention4j.layers.TransformerBlocks;
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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Small networks for tests. A test says what it needs; the rest is a seed, the sizes of {@link
 * Sizes}, an updater that changes nothing and a softmax output for each step. Each call of {@link
 * #network} or {@link #graph} makes a new network, of clones of the layers.
 *
 * <p>In a graph the inputs are "in0", "in1", …, the output is "out", and a layer without a name is
 * "layer" with its number.
 */
public final class TestNetworks {
  private final Body body;
  private int[] inputSizes;
  private long seed = 17;
  private IUpdater updater = new NoOp();
  private Consumer<NeuralNetConfiguration.Builder> settings = builder -> {};
  private Layer output = classifier(Sizes.CLASSES);
  private boolean normed;
  private double perturbation;

  /** What stands between inputs and output. */
  private interface Body {
    /** Adds it and returns the name of its last layer. */
    String addTo(GraphBuilder builder, String... inputs);

    /** The same as layers alone. */
    default Layer[] layers() {
      throw new IllegalStateException("Not a chain of layers: call graph(..).");
    }
  }

  private TestNetworks(Body body, int... inputSizes) {
    this.body = body;
    this.inputSizes = inputSizes;
  }

  /** One layer after the other. */
  public static TestNetworks of(Layer... layers) {
    return new TestNetworks(
        new Body() {
          @Override
          public Layer[] layers() {
            return Arrays.stream(layers).map(Layer::clone).toArray(Layer[]::new);
          }

          @Override
          public String addTo(GraphBuilder builder, String... inputs) {
            String last = inputs[0];
            Layer[] clones = layers();
            for (int i = 0; i < clones.length; i++) {
              String own = clones[i].getLayerName();
              String name = own == null ? "layer" + i : own;
              builder.addLayer(name, clones[i], last);
              last = name;
            }
            return last;
          }
        },
        Sizes.SIZE);
  }

  /**
   * A vertex, "attention".
   *
   * @param sources for each input of the vertex the number of the network's input that feeds it
   */
  public static TestNetworks of(GraphVertex vertex, int... sources) {
    int inputs = Arrays.stream(sources).max().orElseThrow() + 1;
    return new TestNetworks(
        (builder, names) -> {
          builder.addVertex(
              "attention",
              vertex.clone(),
              Arrays.stream(sources).mapToObj(source -> names[source]).toArray(String[]::new));
          return "attention";
        },
        IntStream.range(0, inputs).map(Sizes::input).toArray());
  }

  /**
   * Learned positions of up to 37 steps, then a number of transformer blocks.
   *
   * @param name what the blocks' names begin with
   */
  public static TestNetworks of(String name, TransformerBlocks blocks, int count) {
    return new TestNetworks(
        (builder, inputs) -> {
          builder.addLayer(
              "positions", new LearnedPositionEmbedding.Builder().maxLength(37).build(), inputs);
          return blocks.addTo(builder, name, "positions", count);
        },
        Sizes.SIZE);
  }

  /** A softmax output for each step. */
  public static RnnOutputLayer classifier(int classes) {
    return new RnnOutputLayer.Builder(LossFunction.MCXENT)
        .activation(Activation.SOFTMAX)
        .nOut(classes)
        .build();
  }

  /** The features of each input, in place of those of {@link Sizes}. */
  public TestNetworks inputSizes(int... sizes) {
    inputSizes = sizes;
    return this;
  }

  public TestNetworks seed(long seed) {
    this.seed = seed;
    return this;
  }

  public TestNetworks updater(IUpdater updater) {
    this.updater = updater;
    return this;
  }

  /** Plain gradient descent. */
  public TestNetworks learningRate(double rate) {
    return updater(new Sgd(rate));
  }

  public TestNetworks workspaces(WorkspaceMode mode) {
    return settings(builder -> builder.trainingWorkspaceMode(mode).inferenceWorkspaceMode(mode));
  }

  /** Settings of the whole network, after the others. */
  public TestNetworks settings(Consumer<NeuralNetConfiguration.Builder> settings) {
    this.settings = this.settings.andThen(settings);
    return this;
  }

  public TestNetworks output(Layer output) {
    this.output = output;
    return this;
  }

  /**
   * Puts a layer norm, "norm0", "norm1", …, after each input. Its parameters' gradients depend on
   * the input gradient of the next layer, so a gradient check of parameters tests that, too.
   */
  public TestNetworks normedInputs() {
    normed = true;
    return this;
  }

  /** Adds normal numbers of this standard deviation to all initial parameters, always the same. */
  public TestNetworks perturbed(double deviation) {
    perturbation = deviation;
    return this;
  }

  public MultiLayerNetwork network(DataType type) {
    NeuralNetConfiguration.ListBuilder list = settings(type).list();
    for (Layer layer : body.layers()) {
      list.layer(layer);
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            list.layer(output.clone()).setInputType(InputType.recurrent(inputSizes[0])).build());
    network.init();
    if (perturbation != 0) {
      network.setParams(perturbed(network.params()));
    }
    return network;
  }

  public ComputationGraph graph(DataType type) {
    GraphBuilder builder = settings(type).graphBuilder();
    String[] sources = new String[inputSizes.length];
    InputType[] types = new InputType[inputSizes.length];
    for (int i = 0; i < inputSizes.length; i++) {
      types[i] = InputType.recurrent(inputSizes[i]);
      sources[i] = "in" + i;
      builder.addInputs(sources[i]);
      if (normed) {
        builder.addLayer("norm" + i, new LayerNorm.Builder().build(), sources[i]);
        sources[i] = "norm" + i;
      }
    }
    String last = body.addTo(builder, sources);
    ComputationGraph graph =
        new ComputationGraph(
            builder
                .addLayer("out", output.clone(), last)
                .setOutputs("out")
                .setInputTypes(types)
                .build());
    graph.init();
    if (perturbation != 0) {
      graph.setParams(perturbed(graph.params()));
    }
    return graph;
  }

  private NeuralNetConfiguration.Builder settings(DataType type) {
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder().seed(seed).dataType(type).updater(updater);
    settings.accept(builder);
    return builder;
  }

  private INDArray perturbed(INDArray parameters) {
    Nd4j.getRandom().setSeed(101);
    INDArray noise = Nd4j.randn(DataType.DOUBLE, parameters.shape()).mul(perturbation);
    return parameters.add(noise.castTo(parameters.dataType()));
  }
}
