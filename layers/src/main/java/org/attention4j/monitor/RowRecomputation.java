package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.attention4j.layers.AttentionRule;
import org.attention4j.monitor.AttentionRow.Steepness;
import org.attention4j.theory.SoftmaxJacobian;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Computes sampled rows of a probe anew, in DOUBLE, whatever road the layer itself takes: no more
 * than these rows are ever held.
 *
 * <p>Made once for a layer, outside all workspaces.
 */
final class RowRecomputation {
  private final AttentionRule rule;
  private final Geometry geometry;
  private final NormalizerProgram program;

  RowRecomputation(AttentionRule rule, Geometry geometry) {
    this.rule = rule;
    this.geometry = geometry;
    program = new NormalizerProgram(rule.normalizer(), rule.heads());
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
    int queryCount = Math.toIntExact(probe.queries().size(3));
    int keyCount = Math.toIntExact(probe.keys().size(3));
    for (int sample = 0; sample < probe.examples().length; sample++) {
      int e = sample;
      int[] candidates =
          IntStream.range(0, queryCount)
              .filter(query -> counts(probe.queryMask(), e, query))
              .toArray();
      for (int query : sampling.rows(candidates, iteration, sample)) {
        int last = rule.causal() ? query + keyCount - queryCount : keyCount - 1;
        int[] keys =
            IntStream.rangeClosed(0, last).filter(key -> counts(probe.keyMask(), e, key)).toArray();
        if (keys.length > 0) {
          places.add(new Place(sample, query, keys));
        }
      }
    }
    return places;
  }

  private static boolean counts(@Nullable INDArray mask, int example, int step) {
    return mask == null || mask.getDouble(example, step) != 0;
  }

  private void compute(
      Probe probe, List<Place> places, boolean jacobians, List<List<AttentionRow>> result) {
    int width = Math.toIntExact(probe.keys().size(3));
    INDArray visible = visible(places, width);
    double[][][] scores = scores(probe, places);
    double[][][] weightsGradients = weightsGradients(probe, places);
    INDArray scoreRows = stacked(scores, places, width);
    Map<String, INDArray> parameters = probe.normalizerParameters();
    double[][][] weights = picked(program.weights(scoreRows, visible, parameters), places);
    double[][][] scoresGradients =
        weightsGradients == null
            ? null
            : picked(
                program.scoresGradient(
                    scoreRows, visible, parameters, stacked(weightsGradients, places, width)),
                places);
    double[][][][] tokens = tokens(probe, places);
    int longest = longest(places);
    for (int head = 0; head < rule.heads(); head++) {
      Map<String, Double> ofHead = ofHead(parameters, head);
      for (int r = 0; r < places.size(); r++) {
        Place place = places.get(r);
        int[] keys = place.keys();
        OptionalDouble temperature = Temperature.of(rule.normalizer(), ofHead, keys.length);
        Steepness steepness =
            !jacobians
                ? null
                : temperature.isPresent()
                    ? steepness(weights[head][r], temperature.getAsDouble())
                    : r == longest
                        ? NormalizerJacobian.norms(program, scores[head][r], head, parameters, rule)
                        : null;
        AttentionRow row =
            new AttentionRow(
                probe.examples()[place.sample()],
                place.query(),
                keys,
                scores[head][r],
                weights[head][r],
                tokens[head][r],
                weightsGradients == null ? null : weightsGradients[head][r],
                scoresGradients == null ? null : scoresGradients[head][r],
                temperature,
                steepness);
        result.get(head).add(row);
      }
    }
  }

  private static Steepness steepness(double[] weights, double temperature) {
    return new Steepness(
        SoftmaxJacobian.spectralNorm(weights, temperature),
        SoftmaxJacobian.frobeniusNorm(weights, temperature));
  }

  static Map<String, Double> ofHead(Map<String, INDArray> parameters, int head) {
    Map<String, Double> values = new HashMap<>();
    parameters.forEach((name, vector) -> values.put(name, vector.getDouble(head)));
    return values;
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
    HeadVectors keys = new HeadVectors(probe.keys());
    HeadVectors queries = new HeadVectors(probe.queries());
    int offset = keys.steps() - queries.steps();
    double[][][] scores = products(queries, keys, places);
    for (int head = 0; head < scores.length; head++) {
      for (int r = 0; r < places.size(); r++) {
        Place place = places.get(r);
        for (int i = 0; i < place.keys().length; i++) {
          int distance = Math.abs(place.query() + offset - place.keys()[i]);
          scores[head][r][i] = rule.scale() * scores[head][r][i] + rule.bias(head, distance);
        }
      }
    }
    return scores;
  }

  /** dL/dp = Vᵀ dO; null if no gradient was seen. */
  private double @Nullable [][][] weightsGradients(Probe probe, List<Place> places) {
    INDArray attendedGradient = probe.attendedGradient();
    return attendedGradient == null
        ? null
        : products(new HeadVectors(attendedGradient), new HeadVectors(probe.values()), places);
  }

  /** The products of each place's vector on the left with those of its keys on the right. */
  private double[][][] products(HeadVectors left, HeadVectors right, List<Place> places) {
    double[][][] products = new double[rule.heads()][places.size()][];
    for (int head = 0; head < rule.heads(); head++) {
      for (int r = 0; r < places.size(); r++) {
        Place place = places.get(r);
        double[] vector = left.of(place.sample(), head, place.query());
        int rightHead = shared(right, head);
        products[head][r] =
            IntStream.of(place.keys())
                .mapToDouble(key -> right.product(vector, place.sample(), rightHead, key))
                .toArray();
      }
    }
    return products;
  }

  /** Neighbouring query heads share a head of keys and values. */
  private int shared(HeadVectors keysOrValues, int head) {
    return head * keysOrValues.heads() / rule.heads();
  }

  private double[][][][] tokens(Probe probe, List<Place> places) {
    HeadVectors vectors =
        new HeadVectors(geometry == Geometry.VALUES ? probe.values() : probe.tokens());
    double[][][][] tokens = new double[rule.heads()][places.size()][][];
    for (int head = 0; head < rule.heads(); head++) {
      for (int r = 0; r < places.size(); r++) {
        Place place = places.get(r);
        int vectorHead = shared(vectors, head);
        boolean sameAsBefore = head > 0 && vectorHead == shared(vectors, head - 1);
        tokens[head][r] =
            sameAsBefore
                ? tokens[head - 1][r]
                : IntStream.of(place.keys())
                    .mapToObj(key -> vectors.of(place.sample(), vectorHead, key))
                    .toArray(double[][]::new);
      }
    }
    return tokens;
  }

  private static INDArray visible(List<Place> places, int width) {
    double[][] visible = new double[places.size()][width];
    for (int r = 0; r < places.size(); r++) {
      for (int key : places.get(r).keys()) {
        visible[r][key] = 1;
      }
    }
    return Nd4j.createFromArray(visible).reshape(1, 1, places.size(), width);
  }

  /** Rows [h][R][n] on the places of their keys in an array [1, h, R, width]. */
  private static INDArray stacked(double[][][] rows, List<Place> places, int width) {
    double[][][][] result = new double[1][rows.length][places.size()][width];
    for (int head = 0; head < rows.length; head++) {
      for (int r = 0; r < places.size(); r++) {
        int[] keys = places.get(r).keys();
        for (int i = 0; i < keys.length; i++) {
          result[0][head][r][keys[i]] = rows[head][r][i];
        }
      }
    }
    return Nd4j.createFromArray(result);
  }

  /** Of rows [1, h, R, width] what stands at the keys of each, [h][R][n]. */
  private static double[][][] picked(INDArray x, List<Place> places) {
    double[] data = x.dup('c').data().asDouble();
    int width = Math.toIntExact(x.size(3));
    double[][][] rows = new double[Math.toIntExact(x.size(1))][places.size()][];
    for (int head = 0; head < rows.length; head++) {
      for (int r = 0; r < places.size(); r++) {
        int start = (head * places.size() + r) * width;
        rows[head][r] =
            IntStream.of(places.get(r).keys()).mapToDouble(key -> data[start + key]).toArray();
      }
    }
    return rows;
  }
}
