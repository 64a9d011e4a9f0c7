package org.attention4j.bench.compare;

import java.util.Map;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** One self-attention layer in a network, the stock one or ours, with the same parameters. */
public final class LayerPeer implements Peer {
  private static final long SEED = 42;
  private static final double LEARNING_RATE = 1e-3;
  private static final int OUTPUTS = 2;

  private final boolean training;
  private final MultiLayerNetwork network;
  private final INDArray input;
  private final INDArray labels;

  /**
   * The sizes of the layer and its data.
   *
   * @param examples mb, the mini-batch
   * @param features nIn and nOut
   * @param steps T
   * @param heads the number of heads
   */
  public record Sizes(int examples, int features, int steps, int heads) {}

  /**
   * Builds the network around a layer and draws its data, always the same for the same sizes.
   *
   * @param layer the layer
   * @param sizes the sizes
   * @param training whether a run is a training step, or else an output
   */
  public LayerPeer(Layer layer, Sizes sizes, boolean training) {
    this.training = training;
    Nd4j.getRandom().setSeed(SEED);
    input = Nd4j.randn(sizes.examples(), sizes.features(), sizes.steps());
    labels = Nd4j.randn(sizes.examples(), OUTPUTS, sizes.steps());
    network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .updater(new Adam(LEARNING_RATE))
                .list()
                .layer(layer)
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(OUTPUTS)
                        .build())
                .setInputType(InputType.recurrent(sizes.features()))
                .build());
    network.init();
  }

  /**
   * The layer of Deeplearning4j.
   *
   * @param sizes the sizes
   * @param training whether a run is a training step, or else an output
   * @return the peer
   */
  public static LayerPeer stock(Sizes sizes, boolean training) {
    return new LayerPeer(
        new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
            .nOut(sizes.features())
            .nHeads(sizes.heads())
            .projectInput(true)
            .build(),
        sizes,
        training);
  }

  /**
   * The layer of this library, as its builder makes it.
   *
   * @param sizes the sizes
   * @param training whether a run is a training step, or else an output
   * @return the peer
   */
  public static LayerPeer ours(Sizes sizes, boolean training) {
    return ours(Normalizers.softmax(), sizes, training);
  }

  /**
   * The layer of this library with another normalizer.
   *
   * @param normalizer from scores to weights
   * @param sizes the sizes
   * @param training whether a run is a training step, or else an output
   * @return the peer
   */
  public static LayerPeer ours(Normalizer normalizer, Sizes sizes, boolean training) {
    return new LayerPeer(
        new org.attention4j.layers.SelfAttentionLayer.Builder()
            .nOut(sizes.features())
            .nHeads(sizes.heads())
            .projectInput(true)
            .normalizer(normalizer)
            .build(),
        sizes,
        training);
  }

  /**
   * Takes over the parameters of another network of the same sizes.
   *
   * @param other whose parameters
   * @return this
   */
  public LayerPeer withParametersOf(LayerPeer other) {
    network.setParams(other.network.params());
    return this;
  }

  /**
   * Sets who listens to the training steps.
   *
   * @param listeners replace all others
   */
  public void setListeners(TrainingListener... listeners) {
    network.setListeners(listeners);
  }

  @Override
  public void run() {
    if (training) {
      network.fit(input, labels);
    } else {
      network.output(input);
    }
  }

  /**
   * The output, also where a training step is timed: the gradient of the stock layer is twice the
   * right one.
   */
  @Override
  public Map<String, float[]> results() {
    return CoreResults.forward(network.output(input).dup('c').data().asFloat());
  }
}
