package org.attention4j.layers;

import static org.attention4j.testing.Sizes.CLASSES;
import static org.attention4j.testing.Sizes.HEADS;
import static org.attention4j.testing.Sizes.OUT;
import static org.attention4j.testing.Sizes.SIZE;

import java.util.Objects;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Layers whose rows are often below the floor of an entropy penalty. */
final class PenalisedLayers {
  static final double STRENGTH = 2.3;
  static final double FLOOR = 0.9;

  private PenalisedLayers() {}

  static SelfAttentionLayer.Builder self() {
    return sized(new SelfAttentionLayer.Builder());
  }

  static LearnedSelfAttentionLayer.Builder learned(int nQueries) {
    return sized(new LearnedSelfAttentionLayer.Builder()).nQueries(nQueries);
  }

  static RecurrentAttentionLayer.Builder recurrent() {
    return sized(new RecurrentAttentionLayer.Builder());
  }

  /** Scores far apart, so that many rows are below the floor. */
  private static <T extends AttentionLayerBuilder<T>> T sized(T builder) {
    return builder.nIn(SIZE).nOut(OUT).nHeads(HEADS).projectInput(true).scale(1.7);
  }

  static MultiLayerNetwork network(Layer... layers) {
    // The loss clips small probabilities and the gradient does not.
    LossMCXENT unclipped = new LossMCXENT();
    unclipped.setSoftmaxClipEps(0);
    RnnOutputLayer output =
        new RnnOutputLayer.Builder(unclipped).activation(Activation.SOFTMAX).nOut(CLASSES).build();
    return TestNetworks.of(layers).output(output).perturbed(0.2).network(DataType.DOUBLE);
  }

  static DataSet data(int examples, int steps, boolean masked) {
    return Sequences.batch(DataType.DOUBLE, examples, steps, masked);
  }

  /** Without a mask for the labels, for a layer whose output has other steps than its input. */
  static DataSet data(int examples, int steps, boolean masked, int outputSteps) {
    DataSet data = data(examples, steps, masked);
    return outputSteps == steps
        ? data
        : new DataSet(
            data.getFeatures(),
            Sequences.labels(DataType.DOUBLE, examples, outputSteps),
            data.getFeaturesMaskArray(),
            null);
  }

  /** What the penalty adds to the training score of a network whose first layer has it. */
  static double penalty(AttentionLayerBuilder<?> builder, DataSet data) {
    builder.attentionEntropyPenalty(STRENGTH, FLOOR);
    double with = network(builder.build()).score(data, true);
    builder.attentionEntropyPenalty(0, FLOOR);
    double without = network(builder.build()).score(data, true);
    return with - without;
  }

  /** The weights of the first layer. */
  static INDArray weights(MultiLayerNetwork network, INDArray input, @Nullable INDArray mask) {
    return Objects.requireNonNull(
        Intermediates.of(network.getLayer(0), input, mask, AttentionLayer.WEIGHTS)
            .get(AttentionLayer.WEIGHTS));
  }
}
