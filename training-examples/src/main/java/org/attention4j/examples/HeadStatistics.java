package org.attention4j.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.dl4j.Intermediates;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * How widely one attention head spreads its weights, averaged over examples and queries.
 *
 * @param layer the attention layer's name
 * @param head the head, from 0
 * @param entropy H = -sum p log p over the visible keys, in nats
 * @param effectiveTokens e^H, the number of keys among which an even spread has that entropy
 */
record HeadStatistics(String layer, int head, double entropy, double effectiveTokens) {
  private static final String WEIGHTS = "weights";

  /**
   * Looks at every attention layer of a model.
   *
   * @param model the model
   * @param input features for the model
   * @return one entry for each layer and head
   */
  static List<HeadStatistics> of(ComputationGraph model, INDArray input) {
    Map<String, INDArray> activations = model.feedForward(input, false);
    Map<String, List<String>> sources = model.getConfiguration().getVertexInputs();
    List<HeadStatistics> statistics = new ArrayList<>();
    for (String layer : LanguageModel.attentionLayers()) {
      String source = required(sources, layer).get(0);
      INDArray layerInput = required(activations, source);
      Map<String, INDArray> published =
          Intermediates.of(model.getLayer(layer), layerInput, null, WEIGHTS);
      statistics.addAll(of(layer, required(published, WEIGHTS)));
    }
    return statistics;
  }

  /**
   * Looks at the weights of one layer.
   *
   * @param layer the layer's name
   * @param weights shape [b, h, Tq, Tk], zero at masked keys
   * @return one entry for each head
   */
  static List<HeadStatistics> of(String layer, INDArray weights) {
    int keys = (int) weights.size(3);
    List<HeadStatistics> statistics = new ArrayList<>();
    for (int head = 0; head < weights.size(1); head++) {
      double[] values = headValues(weights, head);
      int rows = values.length / keys;
      double entropy = 0;
      double effectiveTokens = 0;
      for (int row = 0; row < rows; row++) {
        double ofRow = entropy(values, row * keys, keys);
        entropy += ofRow / rows;
        effectiveTokens += Math.exp(ofRow) / rows;
      }
      statistics.add(new HeadStatistics(layer, head, entropy, effectiveTokens));
    }
    return statistics;
  }

  /** The mean entropy over all heads. */
  static double meanEntropy(List<HeadStatistics> heads) {
    return heads.stream().mapToDouble(HeadStatistics::entropy).average().orElse(Double.NaN);
  }

  /** The mean of the effective tokens over all heads. */
  static double meanEffectiveTokens(List<HeadStatistics> heads) {
    return heads.stream().mapToDouble(HeadStatistics::effectiveTokens).average().orElse(Double.NaN);
  }

  private static <T> T required(Map<String, T> values, String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  private static double[] headValues(INDArray weights, int head) {
    INDArray slice =
        weights.get(
            NDArrayIndex.all(), NDArrayIndex.point(head), NDArrayIndex.all(), NDArrayIndex.all());
    return slice.castTo(DataType.DOUBLE).dup('c').data().asDouble();
  }

  /** Entropy of weights that sum to one; a zero adds nothing, as p log p does in the limit. */
  private static double entropy(double[] weights, int from, int length) {
    double entropy = 0;
    for (int i = from; i < from + length; i++) {
      if (weights[i] > 0) {
        entropy -= weights[i] * Math.log(weights[i]);
      }
    }
    return entropy;
  }
}
