package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.monitor.AttentionRow.Steepness;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.theory.SoftmaxJacobian;
import org.jspecify.annotations.Nullable;

/**
 * Computes sampled rows of a probe anew, in DOUBLE, whatever road the layer itself takes: no more
 * than these rows are ever held.
 *
 * <p>Made once for a layer, outside all workspaces.
 */
final class RowRecomputation {
  private final AttentionSpec rule;
  private final Geometry geometry;
  private final NormalizerEvaluator map;

  RowRecomputation(AttentionSpec rule, Geometry geometry) {
    this.rule = rule;
    this.geometry = geometry;
    map = NormalizerEvaluator.of(rule.normalizer(), rule.heads());
  }

  /** One query of one sampled example and the keys that it sees. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Place(int sample, int query, int[] keys) {}

  /**
   * The sampled rows of each head.
   *
   * @param jacobians whether to compute the norms of the normalizer's Jacobian too
   * @return for each head its rows, the same queries for all heads; without those that see no key
   */
  List<List<AttentionRow>> rows(Probe probe, Sampling sampling, int iteration, boolean jacobians) {
    List<Place> places = places(probe, sampling, iteration);
    List<List<AttentionRow>> result = new ArrayList<>();
    IntStream.range(0, rule.heads()).forEach(head -> result.add(new ArrayList<>()));
    if (!places.isEmpty()) {
      compute(probe, places, jacobians, result);
    }
    return result;
  }

  private List<Place> places(Probe probe, Sampling sampling, int iteration) {
    List<Place> places = new ArrayList<>();
    int queryCount = probe.queries().steps();
    int keyCount = probe.keys().steps();
    for (int sample = 0; sample < probe.examples().length; sample++) {
      int e = sample;
      int[] candidates =
          IntStream.range(0, queryCount)
              .filter(query -> counts(probe.queryCounts(), e, query))
              .toArray();
      for (int query : sampling.rows(candidates, iteration, sample)) {
        int last = rule.causal() ? query + keyCount - queryCount : keyCount - 1;
        int[] keys =
            IntStream.rangeClosed(0, last)
                .filter(key -> counts(probe.keyCounts(), e, key))
                .toArray();
        if (keys.length > 0) {
          places.add(new Place(sample, query, keys));
        }
      }
    }
    return places;
  }

  private static boolean counts(boolean @Nullable [][] counts, int example, int step) {
    return counts == null || counts[example][step];
  }

  private void compute(
      Probe probe, List<Place> places, boolean jacobians, List<List<AttentionRow>> result) {
    Map<String, double[]> parameters = probe.normalizerParameters();
    double[][][] scores = scores(probe, places);
    double[][][] weightsGradients = weightsGradients(probe, places);
    NormalizerEvaluator.Evaluation evaluation = evaluate(scores, weightsGradients, parameters);
    double[][][] scoresGradients = evaluation.scoresGradients();
    int longest = longest(places);
    for (int head = 0; head < rule.heads(); head++) {
      Map<String, Double> learned = learned(rule, parameters, head);
      for (int r = 0; r < places.size(); r++) {
        Place place = places.get(r);
        double[] weights = evaluation.weights()[head][r];
        OptionalDouble temperature = Temperature.of(rule.normalizer(), learned, weights.length);
        result
            .get(head)
            .add(
                new AttentionRow(
                    probe.examples()[place.sample()],
                    place.query(),
                    place.keys(),
                    scores[head][r],
                    weights,
                    tokens(probe, head, place),
                    weightsGradients == null ? null : weightsGradients[head][r],
                    scoresGradients == null ? null : scoresGradients[head][r],
                    temperature,
                    jacobians && temperature.isPresent()
                        ? steepness(weights, temperature.getAsDouble())
                        : null));
      }
    }
    if (jacobians && result.get(0).get(longest).temperature().isEmpty()) {
      measureJacobians(result, longest, parameters);
    }
  }

  private static Steepness steepness(double[] weights, double temperature) {
    return new Steepness(
        SoftmaxJacobian.spectralNorm(weights, temperature),
        SoftmaxJacobian.frobeniusNorm(weights, temperature));
  }

  /** For maps that are no softmax: the norms at one row of each head, if it is not too long. */
  private void measureJacobians(
      List<List<AttentionRow>> result, int r, Map<String, double[]> parameters) {
    double[][] scores = result.stream().map(rows -> rows.get(r).scores()).toArray(double[][]::new);
    if (scores[0].length > NormalizerJacobian.LONGEST
        || !Arrays.stream(scores).allMatch(RowRecomputation::finite)
        || IntStream.range(0, scores.length).anyMatch(head -> !finite(parameters, head))) {
      return;
    }
    double[][][] jacobians = map.jacobians(scores, parameters);
    for (int head = 0; head < scores.length; head++) {
      result
          .get(head)
          .set(r, result.get(head).get(r).withSteepness(NormalizerJacobian.norms(jacobians[head])));
    }
  }

  /**
   * A map is not asked about rows with a score, or heads with a parameter, that is no number; all
   * about these is NaN.
   */
  private NormalizerEvaluator.Evaluation evaluate(
      double[][][] scores,
      double @Nullable [][][] weightsGradients,
      Map<String, double[]> parameters) {
    double[][][] safe = new double[scores.length][][];
    for (int head = 0; head < scores.length; head++) {
      boolean known = finite(parameters, head);
      safe[head] =
          Arrays.stream(scores[head])
              .map(row -> known && finite(row) ? row : new double[row.length])
              .toArray(double[][]::new);
    }
    NormalizerEvaluator.Evaluation evaluation =
        map.evaluate(safe, weightsGradients, finite(parameters));
    for (int head = 0; head < scores.length; head++) {
      for (int r = 0; r < scores[head].length; r++) {
        if (safe[head][r] != scores[head][r]) {
          Arrays.fill(evaluation.weights()[head][r], Double.NaN);
          if (evaluation.scoresGradients() != null) {
            Arrays.fill(evaluation.scoresGradients()[head][r], Double.NaN);
          }
        }
      }
    }
    return evaluation;
  }

  private static boolean finite(Map<String, double[]> parameters, int head) {
    return parameters.values().stream().allMatch(vector -> Double.isFinite(vector[head]));
  }

  /** The parameters, with the initial value in place of what is no number. */
  private Map<String, double[]> finite(Map<String, double[]> parameters) {
    Map<String, double[]> safe = new HashMap<>(parameters);
    for (NormalizerParameter parameter : rule.normalizer().parameters(rule.heads())) {
      safe.computeIfPresent(
          parameter.name(),
          (name, vector) ->
              Arrays.stream(vector)
                  .map(value -> Double.isFinite(value) ? value : parameter.initialValue())
                  .toArray());
    }
    return safe;
  }

  private static boolean finite(double[] row) {
    double sum = 0;
    for (double value : row) {
      sum += 0 * value;
    }
    return sum == 0;
  }

  /** The learned quantities of one head's normalizer. */
  static Map<String, Double> learned(
      AttentionSpec rule, Map<String, double[]> parameters, int head) {
    Map<String, Double> ofHead = new HashMap<>();
    parameters.forEach((name, vector) -> ofHead.put(name, vector[head]));
    return rule.normalizer().learned(ofHead);
  }

  private static int longest(List<Place> places) {
    int longest = 0;
    for (int r = 1; r < places.size(); r++) {
      if (places.get(r).keys().length > places.get(longest).keys().length) {
        longest = r;
      }
    }
    return longest;
  }

  private double[][][] scores(Probe probe, List<Place> places) {
    int offset = probe.keys().steps() - probe.queries().steps();
    double[][][] scores = products(probe.queries(), probe.keys(), places);
    for (int head = 0; head < scores.length; head++) {
      double bias = rule.bias(head, 1); // proportional to the distance
      for (int r = 0; r < places.size(); r++) {
        Place place = places.get(r);
        for (int i = 0; i < place.keys().length; i++) {
          int distance = Math.abs(place.query() + offset - place.keys()[i]);
          scores[head][r][i] = rule.scale() * scores[head][r][i] + bias * distance;
        }
      }
    }
    return scores;
  }

  /** dL/dp = Vᵀ dO; null if no gradient was seen. */
  private double @Nullable [][][] weightsGradients(Probe probe, List<Place> places) {
    HeadVectors attendedGradient = probe.attendedGradient();
    return attendedGradient == null ? null : products(attendedGradient, probe.values(), places);
  }

  /** The products of each place's vector on the left with those of its keys on the right. */
  private double[][][] products(HeadVectors left, HeadVectors right, List<Place> places) {
    double[][][] products = new double[rule.heads()][places.size()][];
    for (int head = 0; head < rule.heads(); head++) {
      for (int r = 0; r < places.size(); r++) {
        Place place = places.get(r);
        products[head][r] =
            right.products(
                left.of(place.sample(), head, place.query()),
                place.sample(),
                shared(right, head),
                place.keys());
      }
    }
    return products;
  }

  /** Neighbouring query heads share a head of keys and values. */
  private int shared(HeadVectors keysOrValues, int head) {
    return head * keysOrValues.heads() / rule.heads();
  }

  private Supplier<double[][]> tokens(Probe probe, int head, Place place) {
    HeadVectors vectors = geometry == Geometry.VALUES ? probe.values() : probe.tokens();
    return () -> vectors.of(place.sample(), shared(vectors, head), place.keys());
  }
}
