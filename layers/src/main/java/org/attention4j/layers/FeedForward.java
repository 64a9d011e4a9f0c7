package org.attention4j.layers;

import java.util.Optional;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.internal.feedforward.FloatActivation;
import org.attention4j.internal.graph.FusedFeedForward;
import org.attention4j.internal.graph.LinearMap;
import org.attention4j.internal.vector.FloatOps;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.activations.IActivation;

/**
 * Two linear maps with a function between them, and perhaps a gate: the parameters and the
 * computation that {@link FeedForwardBlock} and {@link TransformerBlock} share.
 *
 * @param inputs features of the input
 * @param hidden features between the two maps
 * @param outputs features of the output
 * @param activation the function
 * @param gelu which function GELU is
 * @param gated whether a third map is multiplied by what the function gives
 * @param hasBias whether the maps have biases
 */
record FeedForward(
    long inputs,
    long hidden,
    long outputs,
    @Nullable IActivation activation,
    Gelu gelu,
    boolean gated,
    boolean hasBias) {
  static final String W1 = "W1";
  static final String W2 = "W2";
  static final String WG = "Wg";
  static final String B1 = "b1";
  static final String B2 = "b2";
  static final String BG = "bg";

  /** Hidden features for each input feature unless set, as in the first transformer. */
  private static final int DEFAULT_EXPANSION = 4;

  /** The number of hidden features; 4 * inputs if the option is 0. */
  static long hidden(long option, long inputs) {
    return option == 0 ? DEFAULT_EXPANSION * inputs : option;
  }

  /**
   * Checks the options of a builder.
   *
   * @param sizeOption the name of the option for the hidden features
   */
  static void check(
      Requirements require,
      String sizeOption,
      long size,
      @Nullable IActivation activation,
      Gelu gelu) {
    require.that(size >= 0, sizeOption, size, "at least 1, or left out for 4 * nIn");
    Activations.check(require, activation);
    require.present("gelu", gelu, "EXACT, TANH or SIGMOID");
  }

  void defineWeights(SDLayerParams params) {
    params.addWeightParam(W1, hidden, inputs);
    params.addWeightParam(W2, outputs, hidden);
    if (gated) {
      params.addWeightParam(WG, hidden, inputs);
    }
  }

  void defineBiases(SDLayerParams params) {
    if (hasBias) {
      params.addBiasParam(B1, hidden);
      params.addBiasParam(B2, outputs);
      if (gated) {
        params.addBiasParam(BG, hidden);
      }
    }
  }

  /**
   * Applies the block to each step.
   *
   * @param graph the parameters
   * @param x shape [b, inputs, T]
   * @return shape [b, outputs, T]
   */
  SDVariable apply(LayerGraph graph, SDVariable x) {
    LinearMap first = map(graph, W1, B1, hidden);
    LinearMap gate = gated ? map(graph, WG, BG, hidden) : null;
    LinearMap second = map(graph, W2, B2, outputs);
    Optional<FloatActivation> inJava = Activations.inJava(activation, gelu);
    if (JavaPath.isPossible(x.dataType()) && FloatOps.VECTORS && inJava.isPresent()) {
      return FusedFeedForward.apply(
          x, inJava.get(), first, gate, second, JavaPath.isFewSteps(graph));
    }
    SequenceShape shape = new SequenceShape(x);
    SDVariable activated = Activations.apply(project(x, shape, first), activation, gelu);
    if (gate != null) {
      activated = activated.mul(project(x, shape, gate));
    }
    return project(activated, shape, second);
  }

  private LinearMap map(LayerGraph graph, String weights, String bias, long features) {
    return new LinearMap(
        graph.parameter(weights), features, false, hasBias ? graph.parameter(bias) : null);
  }

  private static SDVariable project(SDVariable x, SequenceShape shape, LinearMap map) {
    SDVariable y = Projection.apply(map.weights(), x, shape);
    return map.bias() == null ? y : y.add(map.bias().reshape(1, map.outputs(), 1));
  }
}
