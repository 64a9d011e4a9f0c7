package org.attention4j.layers;

import static org.attention4j.layers.Networks.HEADS;
import static org.attention4j.layers.Networks.OUT;
import static org.attention4j.layers.Networks.SIZE;

import java.util.Objects;
import org.attention4j.dl4j.Intermediates;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Small layers whose rows are often below the floor, and networks of them. */
final class PenalisedNetworks {
  static final double STRENGTH = 2.3;
  static final double FLOOR = 0.9;

  private PenalisedNetworks() {}

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

  static MultiLayerNetwork network(org.deeplearning4j.nn.conf.layers.Layer... layers) {
    Nd4j.getRandom().setSeed(97);
    MultiLayerNetwork network = Networks.of(DataType.DOUBLE, layers);
    network.params().addi(Nd4j.randn(DataType.DOUBLE, network.numParams()).muli(0.2));
    // The loss clips small probabilities and the gradient does not.
    ((LossMCXENT) ((RnnOutputLayer) network.getOutputLayer().conf().getLayer()).getLossFn())
        .setSoftmaxClipEps(0);
    return network;
  }

  static DataSet data(int examples, int steps, boolean masked) {
    INDArray mask = masked ? Networks.mask(DataType.DOUBLE, examples, steps) : null;
    return new DataSet(
        Networks.input(DataType.DOUBLE, examples, steps),
        Networks.labels(DataType.DOUBLE, examples, steps),
        mask,
        mask);
  }

  /** Without labels' mask, for a layer whose output has not the steps of its input. */
  static DataSet data(int examples, int steps, boolean masked, int outputSteps) {
    DataSet data = data(examples, steps, masked);
    return outputSteps == steps
        ? data
        : new DataSet(
            data.getFeatures(),
            Networks.labels(DataType.DOUBLE, examples, outputSteps),
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
