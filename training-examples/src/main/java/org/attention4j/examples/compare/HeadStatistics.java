package org.attention4j.examples.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.examples.training.LanguageModel;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * How widely one attention head spreads its weights, averaged over examples and queries.
 *
 * @param layer the attention layer's name
 * @param head the head, from 0
 * @param entropy H = -sum p log p over the visible keys, in nats, with p the weights divided by
 *     their sum; rows without any weight are left out
 * @param effectiveTokens e^H, the number of keys among which an even spread has that entropy
 * @param rowMass the sum of a row's weights, 1 for most normalizers
 */
record HeadStatistics(
    String layer, int head, double entropy, double effectiveTokens, double rowMass) {
  private static final String WEIGHTS = "weights";

  /**
   * Measures every attention layer of a model.
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
   * Measures the weights of one layer.
   *
   * @param layer the layer's name
   * @param weights shape [b, h, Tq, Tk], zero at masked keys
   * @return one entry for each head
   */
  static List<HeadStatistics> of(String layer, INDArray weights) {
    int keys = (int) weights.size(3);
    List<HeadStatistics> statistics = new ArrayList<>();
    for (int head = 0; head < weights.size(1); head++) {
      statistics.add(ofRows(layer, head, headValues(weights, head), keys));
    }
    return statistics;
  }

  private static HeadStatistics ofRows(String layer, int head, double[] weights, int keys) {
    int rows = 0;
    double entropy = 0;
    double effectiveTokens = 0;
    double mass = 0;
    for (int from = 0; from < weights.length; from += keys) {
      double ofRow = Arrays.stream(weights, from, from + keys).sum();
      mass += ofRow;
      if (ofRow > 0) {
        double entropyOfRow = entropy(weights, from, keys, ofRow);
        entropy += entropyOfRow;
        effectiveTokens += Math.exp(entropyOfRow);
        rows++;
      }
    }
    return new HeadStatistics(
        layer, head, entropy / rows, effectiveTokens / rows, mass * keys / weights.length);
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

  /** Entropy of weights divided by their sum; a zero adds nothing, as p log p does in the limit. */
  private static double entropy(double[] weights, int from, int length, double sum) {
    double entropy = 0;
    for (int i = from; i < from + length; i++) {
      double p = weights[i] / sum;
      if (p > 0) {
        entropy -= p * Math.log(p);
      }
    }
    return entropy;
  }
}
