package org.attention4j.layers;

import static org.attention4j.internal.dotproduct.ParameterNames.FORGET_BIAS;
import static org.attention4j.internal.dotproduct.ParameterNames.FORGET_WEIGHTS;
import static org.attention4j.internal.dotproduct.ParameterNames.GATE_BIAS;
import static org.attention4j.internal.dotproduct.ParameterNames.GATE_WEIGHTS;
import static org.attention4j.internal.dotproduct.ParameterNames.KEY_BIAS;
import static org.attention4j.internal.dotproduct.ParameterNames.KEY_SCALE;
import static org.attention4j.internal.dotproduct.ParameterNames.KEY_WEIGHTS;
import static org.attention4j.internal.dotproduct.ParameterNames.OUTPUT_BIAS;
import static org.attention4j.internal.dotproduct.ParameterNames.OUTPUT_WEIGHTS;
import static org.attention4j.internal.dotproduct.ParameterNames.QUERY_BIAS;
import static org.attention4j.internal.dotproduct.ParameterNames.QUERY_SCALE;
import static org.attention4j.internal.dotproduct.ParameterNames.QUERY_WEIGHTS;
import static org.attention4j.internal.dotproduct.ParameterNames.VALUE_BIAS;
import static org.attention4j.internal.dotproduct.ParameterNames.VALUE_WEIGHTS;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.internal.dotproduct.AttentionWindow;
import org.attention4j.internal.dotproduct.DotProductAttention;
import org.attention4j.normalizer.NormalizerParameter;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The parameters of multi-head attention and what is computed with them: all that the attention
 * layers and the vertex have in common. They differ in where queries, keys and values come from.
 *
 * <p>Dimensions: b examples, h heads, d head size, T steps.
 *
 * @param querySize features of each query
 * @param keySize features of each key
 * @param valueSize features of each value
 * @param outputSize features of each output, if projected
 * @param heads h
 * @param headSize d, if projected
 * @param projected whether there are projections; without, the one head has all features
 * @param options what is chosen beyond that
 */
record MultiHeadAttention(
    long querySize,
    long keySize,
    long valueSize,
    long outputSize,
    int heads,
    long headSize,
    boolean projected,
    AttentionOptions options) {

  /** The bias of a gate that starts open, and of one that forgets little. */
  private static final double OPEN = 5;

  /** Keeps the root mean square of an all-zero query or key above zero. */
  static final double SQUARE_FLOOR = 1e-6;

  /** Declares the parameters of the stock layers, in their order. */
  void defineWeights(SDLayerParams params) {
    if (projected) {
      params.addWeightParam(QUERY_WEIGHTS, heads, headSize, querySize);
      params.addWeightParam(KEY_WEIGHTS, keyValueHeads(), headSize, keySize);
      params.addWeightParam(VALUE_WEIGHTS, keyValueHeads(), headSize, valueSize);
      params.addWeightParam(OUTPUT_WEIGHTS, heads * headSize, outputSize);
    }
  }

  /** Declares the parameters that the stock layers do not have; they come after all others. */
  void defineOwnParameters(SDLayerParams params) {
    for (NormalizerParameter parameter : options.normalizerParameters(heads)) {
      params.addBiasParam(parameter.name(), parameter.heads());
    }
    if (options.hasBias) {
      params.addBiasParam(QUERY_BIAS, heads, headSize);
      params.addBiasParam(KEY_BIAS, keyValueHeads(), headSize);
      params.addBiasParam(VALUE_BIAS, keyValueHeads(), headSize);
      params.addBiasParam(OUTPUT_BIAS, outputSize);
    }
    if (options.qkNorm) {
      params.addBiasParam(QUERY_SCALE, headFeatures());
      params.addBiasParam(KEY_SCALE, headFeatures());
    }
    if (options.gated()) {
      params.addWeightParam(GATE_WEIGHTS, gates(), querySize);
      params.addBiasParam(GATE_BIAS, gates());
    }
    if (options.forgets()) {
      params.addWeightParam(FORGET_WEIGHTS, heads, keySize);
      params.addBiasParam(FORGET_BIAS, heads);
    }
  }

  /**
   * Fills one of the declared parameters with the values that training starts from.
   *
   * @param scheme for weights
   * @param bias for the biases of the projections
   * @param gain for the scales of normalised queries and keys
   */
  void initialize(String name, INDArray array, IWeightInit scheme, double bias, double gain) {
    switch (name) {
      case QUERY_WEIGHTS -> Projection.initialize(array, querySize, headSize, scheme);
      case KEY_WEIGHTS -> Projection.initialize(array, keySize, headSize, scheme);
      case VALUE_WEIGHTS -> Projection.initialize(array, valueSize, headSize, scheme);
      case OUTPUT_WEIGHTS -> Projection.initialize(array, heads * headSize, outputSize, scheme);
      case GATE_WEIGHTS -> {
        if (options.gateStartsOpen) {
          array.assign(0);
        } else {
          Projection.initialize(array, querySize, gates(), scheme);
        }
      }
      case FORGET_WEIGHTS -> array.assign(0);
      case FORGET_BIAS -> array.assign(OPEN);
      case GATE_BIAS -> array.assign(options.gateStartsOpen ? OPEN : bias);
      case QUERY_BIAS, KEY_BIAS, VALUE_BIAS, OUTPUT_BIAS -> array.assign(bias);
      case QUERY_SCALE, KEY_SCALE -> array.assign(gain);
      default -> array.assign(initialValue(name));
    }
  }

  private double initialValue(String name) {
    for (NormalizerParameter parameter : options.normalizerParameters(heads)) {
      if (parameter.name().equals(name)) {
        return parameter.initialValue();
      }
    }
    return 0;
  }

  /**
   * What an example needs between the heads, in numbers: queries, keys, values and what was
   * attended; on the graph path scores and weights besides. Training holds the gradient of each.
   *
   * @param graphPath whether it is the graph path
   */
  long workingMemory(long queries, long keys, boolean graphPath, boolean training) {
    long features = headFeatures();
    long projections = 2L * heads * features * queries + 2L * keyValueHeads() * features * keys;
    long gate = options.gated() ? (gates() + heads * features) * queries : 0;
    // Scores and weights; the decays of forgetting attention are DOUBLE.
    long matrices = graphPath ? (options.forgets() ? 4L : 2L) * heads * queries * keys : 0;
    return (training ? 2 : 1) * (projections + gate + matrices);
  }

  /** What is computed between the heads, apart from the arrays. */
  DotProductAttention attention() {
    return new DotProductAttention(
        options.normalizer, options.scale, null, AttentionWindow.of(options.range()));
  }

  /** How scores become weights, for whoever computes a row again. */
  AttentionSpec spec() {
    DotProductAttention attention = attention();
    return new AttentionSpec(
        attention.normalizer(),
        heads,
        headFeatures(),
        attention.scaleFor(headFeatures()),
        options.causal,
        options.slidingWindow,
        options.firstKeys,
        options.position,
        options.gated());
  }

  /** The normalizer's learnable parameters by name, in their order. */
  Map<String, SDVariable> normalizerVariables(LayerGraph graph) {
    Map<String, SDVariable> variables = new LinkedHashMap<>();
    options
        .normalizerParameters(heads)
        .forEach(parameter -> variables.put(parameter.name(), graph.parameter(parameter.name())));
    return variables;
  }

  /** Features of each head; without projection the one head has them all. */
  long headFeatures() {
    return projected ? headSize : querySize;
  }

  /** Gates of all heads together. */
  long gates() {
    return heads * options.outputGate.gates(headSize);
  }

  int keyValueHeads() {
    return options.keyValueHeads(heads);
  }

  /** Queries or keys [b, h, d, T], normalised and rotated if so chosen. */
  SDVariable normedAndRotated(LayerGraph graph, SDVariable x, String scale, SDVariable positions) {
    return rotated(normed(graph, x, scale), positions);
  }

  private SDVariable normed(LayerGraph graph, SDVariable x, String scale) {
    if (!options.qkNorm) {
      return x;
    }
    SDVariable meanSquare = x.mul(x).mean(true, 2).add(SQUARE_FLOOR);
    return x.div(graph.sameDiff().math.sqrt(meanSquare))
        .mul(graph.parameter(scale).reshape(1, 1, headFeatures(), 1));
  }

  private SDVariable rotated(SDVariable x, SDVariable positions) {
    return options.position == Position.ROTARY
        ? Positions.rotate(x, positions, headFeatures(), options.rotaryBase)
        : x;
  }
}
