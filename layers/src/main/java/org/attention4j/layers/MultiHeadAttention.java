package org.attention4j.layers;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.dl4j.LayerGraph;
import org.attention4j.internal.dotproduct.AttentionCore;
import org.attention4j.internal.graph.LinearMaps;
import org.attention4j.normalizer.NormalizerParameter;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
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
  static final String WQ = "Wq";
  static final String WK = "Wk";
  static final String WV = "Wv";
  private static final String WO = "Wo";
  static final String BQ = "bq";
  static final String BK = "bk";
  static final String BV = "bv";
  private static final String BO = "bo";
  static final String QUERY_SCALE = "gq";
  static final String KEY_SCALE = "gk";

  /** Keeps the root mean square of an all-zero query or key above zero. */
  private static final double SQUARE_FLOOR = 1e-6;

  /** Declares the parameters of the stock layers, in their order. */
  void defineWeights(SDLayerParams params) {
    if (projected) {
      params.addWeightParam(WQ, heads, headSize, querySize);
      params.addWeightParam(WK, keyValueHeads(), headSize, keySize);
      params.addWeightParam(WV, keyValueHeads(), headSize, valueSize);
      params.addWeightParam(WO, heads * headSize, outputSize);
    }
  }

  /** Declares the parameters that the stock layers do not have; they come after all others. */
  void defineOwnParameters(SDLayerParams params) {
    for (NormalizerParameter parameter : options.normalizerParameters(heads)) {
      params.addBiasParam(parameter.name(), parameter.heads());
    }
    if (options.hasBias) {
      params.addBiasParam(BQ, heads, headSize);
      params.addBiasParam(BK, keyValueHeads(), headSize);
      params.addBiasParam(BV, keyValueHeads(), headSize);
      params.addBiasParam(BO, outputSize);
    }
    if (options.qkNorm) {
      params.addBiasParam(QUERY_SCALE, headFeatures());
      params.addBiasParam(KEY_SCALE, headFeatures());
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
      case WQ -> Projection.initialize(array, querySize, headSize, scheme);
      case WK -> Projection.initialize(array, keySize, headSize, scheme);
      case WV -> Projection.initialize(array, valueSize, headSize, scheme);
      case WO -> Projection.initialize(array, heads * headSize, outputSize, scheme);
      case BQ, BK, BV, BO -> array.assign(bias);
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
   * The queries of each head.
   *
   * @param x shape [b, querySize, Tq]
   * @param shape the sizes of x
   * @param positions where they stand, shape [Tq]
   * @return Q, shape [b, h, d, Tq]
   */
  SDVariable queries(LayerGraph graph, SDVariable x, SequenceShape shape, SDVariable positions) {
    SDVariable q = split(graph, x, shape, WQ, BQ, heads);
    return normedAndPlaced(graph, q, QUERY_SCALE, positions);
  }

  /**
   * The keys of each head.
   *
   * @param x shape [b, keySize, Tk]
   * @param shape the sizes of x
   * @param positions where they stand, shape [Tk]
   * @return K, shape [b, g, d, Tk], g being the number of heads of keys and values
   */
  SDVariable keys(LayerGraph graph, SDVariable x, SequenceShape shape, SDVariable positions) {
    SDVariable k = split(graph, x, shape, WK, BK, keyValueHeads());
    return normedAndPlaced(graph, k, KEY_SCALE, positions);
  }

  /**
   * The values of each head.
   *
   * @param x shape [b, valueSize, Tk]
   * @param shape the sizes of x
   * @return V, shape [b, g, d, Tk], g being the number of heads of keys and values
   */
  SDVariable values(LayerGraph graph, SDVariable x, SequenceShape shape) {
    return split(graph, x, shape, WV, BV, keyValueHeads());
  }

  /**
   * The operation between the heads as a graph, without a mask and without dropout.
   *
   * @param queryPositions where the queries stand, shape [Tq]
   * @param keyPositions where the keys stand, shape [Tk]
   */
  AttentionCore operation(LayerGraph graph, SDVariable queryPositions, SDVariable keyPositions) {
    Map<String, SDVariable> normalizerParameters = new HashMap<>();
    options
        .normalizerParameters(heads)
        .forEach(
            parameter ->
                normalizerParameters.put(parameter.name(), graph.parameter(parameter.name())));
    AttentionCore operation =
        AttentionCore.attention()
            .normalizer(options.normalizer, normalizerParameters)
            .scale(options.scaleFor(headFeatures()));
    return options.position == Position.ALIBI
        ? operation.bias(Positions.linearBias(queryPositions, keyPositions, heads))
        : operation;
  }

  /**
   * Puts the heads together again.
   *
   * @param attended shape [b, h, d, Tq]; from a fused operation [b, h * d, Tq]
   * @param shape the sizes of the queries
   * @return shape [b, outputSize, Tq]
   */
  SDVariable merge(LayerGraph graph, SDVariable attended, SequenceShape shape) {
    boolean fused = !shape.isSingleStep() && HeadAttention.fused(options, attended.dataType());
    SDVariable merged = fused ? attended : shape.merge(attended, heads * headFeatures());
    if (!projected) {
      return merged;
    }
    if (fused && fusesProjections(attended.dataType())) {
      SDVariable bias = options.hasBias ? graph.parameter(BO) : null;
      return LinearMaps.apply(
              merged, List.of(new LinearMaps.Linear(graph.parameter(WO), outputSize, true, bias)))
          .get(0);
    }
    SDVariable output = Projection.applyTransposed(graph.parameter(WO), merged, shape);
    return options.hasBias ? shape.addToEachStep(output, graph.parameter(BO), outputSize) : output;
  }

  /**
   * What an example needs between the heads, in numbers: queries, keys, values and what was
   * attended; on the graph path scores and weights besides. Training holds the gradient of each.
   *
   * @param graph whether it is the graph path
   */
  long workingMemory(long queries, long keys, boolean graph, boolean training) {
    long features = headFeatures();
    long projections = 2L * heads * features * queries + 2L * keyValueHeads() * features * keys;
    long matrices = graph ? 2L * heads * queries * keys : 0;
    return (training ? 2 : 1) * (projections + matrices);
  }

  /** How scores become weights, for whoever computes a row anew. */
  AttentionSpec rule() {
    return new AttentionSpec(
        options.normalizer,
        heads,
        headFeatures(),
        options.scaleFor(headFeatures()),
        options.causal,
        options.position);
  }

  /** Features of each head; without projection the one head has them all. */
  long headFeatures() {
    return projected ? headSize : querySize;
  }

  int keyValueHeads() {
    return options.keyValueHeads(heads);
  }

  private SDVariable split(
      LayerGraph graph,
      SDVariable x,
      SequenceShape shape,
      String weights,
      String bias,
      int splitHeads) {
    if (!projected) {
      return shape.split(x, 1, headFeatures());
    }
    SDVariable matrix = graph.parameter(weights).reshape(splitHeads * headSize, -1);
    SDVariable split = shape.split(Projection.apply(matrix, x, shape), splitHeads, headSize);
    return options.hasBias
        ? split.add(graph.parameter(bias).reshape(1, splitHeads, headSize, 1))
        : split;
  }

  /** Whether the projections too run on the CPU kernels, which know FLOAT alone. */
  boolean fusesProjections(DataType type) {
    return type == DataType.FLOAT && HeadAttention.fused(options, type);
  }

  /** Whether queries and keys are more than projected. */
  boolean changesQueriesAndKeys() {
    return options.qkNorm || options.position == Position.ROTARY;
  }

  /** Queries or keys [b, h, d, T] as they meet: normalised and turned, if so chosen. */
  SDVariable normedAndPlaced(LayerGraph graph, SDVariable x, String scale, SDVariable positions) {
    return placed(normed(graph, x, scale), positions);
  }

  private SDVariable normed(LayerGraph graph, SDVariable x, String scale) {
    if (!options.qkNorm) {
      return x;
    }
    SDVariable meanSquare = x.mul(x).mean(true, 2).add(SQUARE_FLOOR);
    return x.div(graph.sameDiff().math.sqrt(meanSquare))
        .mul(graph.parameter(scale).reshape(1, 1, headFeatures(), 1));
  }

  private SDVariable placed(SDVariable x, SDVariable positions) {
    return options.position == Position.ROTARY ? Positions.rotate(x, positions, headFeatures()) : x;
  }

  /** Repeats the heads of keys or values for each head of queries. */
  SDVariable forEachQueryHead(SDVariable x, SequenceShape shape) {
    int group = heads / keyValueHeads();
    return group == 1 ? x : shape.repeatHeads(x, keyValueHeads(), headFeatures(), group);
  }
}
