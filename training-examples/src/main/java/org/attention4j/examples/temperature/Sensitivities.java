package org.attention4j.examples.temperature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.examples.training.LanguageModel;
import org.attention4j.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How steep normalizers are at the scores of one trained model: the paper's finite difference in a
 * random direction, and the spectral norm of the Jacobian. Each is a mean over tokens, then the
 * largest of all heads.
 *
 * @see <a href="https://arxiv.org/abs/2508.17821">Limitations of Normalization, section 5</a>
 */
final class Sensitivities {
  /** The lengths of the push. */
  static final double[] EPSILONS = {1e-3, 1e-1, 10};

  /** A row of one key has the weight one whatever its score. */
  private static final int MIN_KEYS = 2;

  private final List<List<double[]>> heads;
  private final List<List<double[]>> directions = new ArrayList<>();

  /**
   * One normalizer at one temperature.
   *
   * @param finiteDifferences g(T, ε) for each of {@link #EPSILONS}
   * @param jacobian ‖dp/dz‖₂
   */
  record Steepness(double[] finiteDifferences, double jacobian) {}

  /**
   * Takes rows of scores.
   *
   * @param heads for each head the scores of the visible keys of each token
   * @param seed what the directions depend on
   */
  Sensitivities(List<List<double[]>> heads, long seed) {
    this.heads = heads;
    Random random = new Random(seed);
    for (List<double[]> rows : heads) {
      directions.add(rows.stream().map(row -> unit(row.length, random)).toList());
    }
  }

  /**
   * Reads the scores of all attention layers.
   *
   * @param model a causal language model at T = 1
   * @param input features for the model
   * @return for each layer and head the rows of at least two visible keys
   */
  static List<List<double[]>> scores(ComputationGraph model, INDArray input) {
    Map<String, INDArray> activations = model.feedForward(input, false);
    List<List<double[]>> heads = new ArrayList<>();
    for (String layer : LanguageModel.attentionLayers()) {
      List<String> sources = model.getConfiguration().getVertexInputs().get(layer);
      INDArray layerInput = activations.get(Objects.requireNonNull(sources).get(0));
      INDArray scores =
          Objects.requireNonNull(
              Intermediates.of(
                      model.getLayer(layer),
                      Objects.requireNonNull(layerInput),
                      null,
                      SelfAttentionLayer.SCORES)
                  .get(SelfAttentionLayer.SCORES));
      int steps = (int) scores.size(3);
      for (int head = 0; head < scores.size(1); head++) {
        heads.add(rows(scores, head, steps));
      }
    }
    return heads;
  }

  /** With a causal mask query t sees the keys 0 to t. */
  private static List<double[]> rows(INDArray scores, int head, int steps) {
    double[] all = scores.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    List<double[]> rows = new ArrayList<>();
    for (int example = 0; example < scores.size(0); example++) {
      for (int query = MIN_KEYS - 1; query < steps; query++) {
        int start = ((example * (int) scores.size(1) + head) * steps + query) * steps;
        rows.add(Arrays.copyOfRange(all, start, start + query + 1));
      }
    }
    return rows;
  }

  /**
   * Measures a normalizer.
   *
   * @param scaled the normalizer
   * @param temperature T
   * @return how steep it is
   */
  Steepness of(TemperatureScaledNormalizer scaled, double temperature) {
    NormalizerEvaluator evaluator = new NormalizerEvaluator(scaled);
    double[] largest = new double[EPSILONS.length];
    double jacobian = 0;
    for (int head = 0; head < heads.size(); head++) {
      List<double[]> rows = heads.get(head);
      double[] sums = new double[EPSILONS.length];
      double norms = 0;
      for (int r = 0; r < rows.size(); r++) {
        double[] scores = rows.get(r);
        double[] weights = evaluator.weights(scores, temperature);
        norms += evaluator.spectralNorm(weights, temperature);
        for (int e = 0; e < EPSILONS.length; e++) {
          double[] pushed = pushed(scores, directions.get(head).get(r), EPSILONS[e]);
          sums[e] += distance(evaluator.weights(pushed, temperature), weights) / EPSILONS[e];
        }
      }
      for (int e = 0; e < EPSILONS.length; e++) {
        largest[e] = Math.max(largest[e], sums[e] / rows.size());
      }
      jacobian = Math.max(jacobian, norms / rows.size());
    }
    return new Steepness(largest, jacobian);
  }

  private static double[] unit(int size, Random random) {
    double[] direction = new double[size];
    double squares = 0;
    for (int i = 0; i < size; i++) {
      direction[i] = random.nextGaussian();
      squares += direction[i] * direction[i];
    }
    for (int i = 0; i < size; i++) {
      direction[i] /= Math.sqrt(squares);
    }
    return direction;
  }

  private static double[] pushed(double[] scores, double[] direction, double epsilon) {
    double[] result = scores.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] += epsilon * direction[i];
    }
    return result;
  }

  private static double distance(double[] a, double[] b) {
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      squares += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(squares);
  }
}
