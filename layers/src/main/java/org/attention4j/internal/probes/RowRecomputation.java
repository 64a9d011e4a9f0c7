package org.attention4j.internal.probes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.attention4j.internal.attention.KeyRange;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.Geometry;
import org.attention4j.normalizer.NormalizerParameter;
import org.jspecify.annotations.Nullable;

/**
 * Computes sampled rows of a probe in DOUBLE, whether the layer runs on the fused path or the graph
 * path. It holds these rows only.
 *
 * <p>One is made per layer, outside all workspaces.
 */
public final class RowRecomputation {
  /** Where the mean of a head's forget gates stands beside what its normalizer has learned. */
  private static final String FORGET_GATE = "forgetGate";

  private final AttentionSpec spec;
  private final Geometry geometry;
  private final NormalizerEvaluator evaluator;

  /**
   * Prepares the evaluation of the normalizer.
   *
   * @param spec how the layer computes weights
   * @param geometry which vectors are the tokens
   */
  public RowRecomputation(AttentionSpec spec, Geometry geometry) {
    this.spec = spec;
    this.geometry = geometry;
    evaluator = NormalizerEvaluator.of(spec.normalizer(), spec.heads());
  }

  /** One query of one sampled example and the keys that it sees. */
  private record SampledQuery(int sample, int step, int[] keys) {}

  /**
   * The sampled rows of each head.
   *
   * @param probe the sampled examples
   * @param sampling draws the queries
   * @param iteration the iteration
   * @param jacobians whether to compute the norms of the normalizer's Jacobian, too
   * @return the rows of each head, the same queries for all heads; queries without a visible key
   *     are left out
   */
  public List<List<AttentionRow>> rows(
      Probe probe, Sampling sampling, int iteration, boolean jacobians) {
    List<SampledQuery> queries = queries(probe, sampling, iteration);
    List<List<AttentionRow>> result = new ArrayList<>();
    IntStream.range(0, spec.heads()).forEach(head -> result.add(new ArrayList<>()));
    if (!queries.isEmpty()) {
      compute(probe, queries, jacobians, result);
    }
    return result;
  }

  /** Which keys a query sees by their positions. */
  static KeyRange range(AttentionSpec spec) {
    return new KeyRange(spec.causal(), spec.slidingWindow(), spec.firstKeys());
  }

  private List<SampledQuery> queries(Probe probe, Sampling sampling, int iteration) {
    KeyRange range = range(spec);
    List<SampledQuery> queries = new ArrayList<>();
    int queryCount = probe.queries().steps();
    int keyCount = probe.keys().steps();
    for (int sample = 0; sample < probe.examples().length; sample++) {
      int[] candidates = visible(probe.visibleQueries(), sample, queryCount);
      int[] unmasked = visible(probe.visibleKeys(), sample, keyCount);
      for (int query : sampling.rows(candidates, iteration, sample)) {
        int[] keys = seen(unmasked, query + keyCount - queryCount, range);
        if (keys.length > 0) {
          queries.add(new SampledQuery(sample, query, keys));
        }
      }
    }
    return queries;
  }

  private static int[] visible(boolean @Nullable [][] visible, int example, int count) {
    return IntStream.range(0, count).filter(step -> isVisible(visible, example, step)).toArray();
  }

  /** The same array if the query sees all, which metrics find out at once. */
  private static int[] seen(int[] unmasked, int position, KeyRange range) {
    int[] keys = new int[unmasked.length];
    int count = 0;
    for (int rank = 0; rank < unmasked.length; rank++) {
      if (range.sees(position, unmasked[rank], rank)) {
        keys[count++] = unmasked[rank];
      }
    }
    return count == unmasked.length ? unmasked : Arrays.copyOf(keys, count);
  }

  private static boolean isVisible(boolean @Nullable [][] visible, int example, int step) {
    return visible == null || visible[example][step];
  }

  private void compute(
      Probe probe, List<SampledQuery> queries, boolean jacobians, List<List<AttentionRow>> result) {
    Map<String, double[]> parameters = probe.normalizerParameters();
    double[][][] scores = scores(probe, queries);
    double[][][] weightsGradients = weightsGradients(probe, queries);
    NormalizerEvaluator.Evaluation evaluation = evaluate(scores, weightsGradients, parameters);
    double[][][] scoresGradients = evaluation.scoresGradients();
    for (int head = 0; head < spec.heads(); head++) {
      Map<String, Double> learned = learned(spec, parameters, head);
      for (int r = 0; r < queries.size(); r++) {
        SampledQuery query = queries.get(r);
        double[] weights = evaluation.weights()[head][r];
        OptionalDouble temperature = Temperature.of(spec.normalizer(), learned, weights.length);
        result
            .get(head)
            .add(
                new AttentionRow(
                    probe.examples()[query.sample()],
                    query.step(),
                    query.keys(),
                    scores[head][r],
                    weights,
                    tokens(probe, head, query),
                    weightsGradients == null ? null : weightsGradients[head][r],
                    scoresGradients == null ? null : scoresGradients[head][r],
                    temperature,
                    jacobians && temperature.isPresent()
                        ? RowSteepness.ofSoftmax(weights, temperature.getAsDouble())
                        : null,
                    position(probe, query),
                    vectors(probe, head, query)));
      }
    }
    if (jacobians) {
      RowSteepness.measureLongest(result, evaluator, parameters);
    }
  }

  /**
   * Does not call the normalizer for rows with a score, or heads with a parameter, that is not
   * finite; their weights and gradients are NaN.
   */
  private NormalizerEvaluator.Evaluation evaluate(
      double[][][] scores,
      double @Nullable [][][] weightsGradients,
      Map<String, double[]> parameters) {
    double[][][] safe = new double[scores.length][][];
    for (int head = 0; head < scores.length; head++) {
      boolean known = RowSteepness.finite(parameters, head);
      safe[head] =
          Arrays.stream(scores[head])
              .map(row -> known && RowSteepness.finite(row) ? row : new double[row.length])
              .toArray(double[][]::new);
    }
    NormalizerEvaluator.Evaluation evaluation =
        evaluator.evaluate(safe, weightsGradients, finite(parameters));
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

  /** The parameters; an entry that is not finite is replaced by the initial value. */
  private Map<String, double[]> finite(Map<String, double[]> parameters) {
    Map<String, double[]> safe = new HashMap<>(parameters);
    for (NormalizerParameter parameter : spec.normalizer().parameters(spec.heads())) {
      safe.computeIfPresent(
          parameter.name(),
          (name, vector) ->
              Arrays.stream(vector)
                  .map(value -> Double.isFinite(value) ? value : parameter.initialValue())
                  .toArray());
    }
    return safe;
  }

  /** The learned quantities of one head's normalizer, and the mean of its forget gates. */
  static Map<String, Double> learned(Probe probe, int head) {
    Map<String, Double> learned =
        new HashMap<>(learned(probe.spec(), probe.normalizerParameters(), head));
    HeadVectors decays = probe.decays();
    if (decays != null) {
      double sum = 0;
      int count = 0;
      for (int sample = 0; sample < probe.examples().length; sample++) {
        double before = 0;
        for (int step = 0; step < decays.steps(); step++) {
          double upTo = decays.of(sample, head, step)[0];
          if (isVisible(probe.visibleKeys(), sample, step)) {
            sum += Math.exp(upTo - before);
            count++;
          }
          before = upTo;
        }
      }
      learned.put(FORGET_GATE, count == 0 ? Double.NaN : sum / count);
    }
    return learned;
  }

  /** The learned quantities of one head's normalizer. */
  static Map<String, Double> learned(
      AttentionSpec spec, Map<String, double[]> parameters, int head) {
    Map<String, Double> ofHead = new HashMap<>();
    parameters.forEach((name, vector) -> ofHead.put(name, vector[head]));
    return spec.normalizer().learned(ofHead);
  }

  private double[][][] scores(Probe probe, List<SampledQuery> queries) {
    int offset = probe.keys().steps() - probe.queries().steps();
    double[][][] scores = products(probe.queries(), probe.keys(), queries);
    for (int head = 0; head < scores.length; head++) {
      double bias = spec.bias(head, 1); // proportional to the distance
      for (int r = 0; r < queries.size(); r++) {
        multiply(scores[head][r], spec.scale());
        if (bias != 0 || probe.decays() != null) {
          SampledQuery query = queries.get(r);
          addBiases(scores[head][r], bias, probe, head, query, query.step() + offset);
        }
      }
    }
    return scores;
  }

  private static void multiply(double[] row, double factor) {
    for (int i = 0; i < row.length; i++) {
      row[i] *= factor;
    }
  }

  private static void addBiases(
      double[] scores, double bias, Probe probe, int head, SampledQuery query, int position) {
    for (int i = 0; i < scores.length; i++) {
      int key = query.keys()[i];
      scores[i] +=
          bias * Math.abs(position - key) + decay(probe, query.sample(), head, position, key);
    }
  }

  /** By what a score changes because of what is forgotten between key and query. */
  private static double decay(Probe probe, int sample, int head, int position, int key) {
    HeadVectors decays = probe.decays();
    return decays == null
        ? 0
        : decays.of(sample, head, position)[0] - decays.of(sample, head, key)[0];
  }

  /** dL/dp = Vᵀ dO; null if no gradient was seen. */
  private double @Nullable [][][] weightsGradients(Probe probe, List<SampledQuery> queries) {
    StepVectors attendedGradient = probe.attendedGradient();
    return attendedGradient == null ? null : products(attendedGradient, probe.values(), queries);
  }

  /** The products of each query's vector on the left with those of its keys on the right. */
  private double[][][] products(StepVectors left, HeadVectors right, List<SampledQuery> queries) {
    double[][][] products = new double[spec.heads()][queries.size()][];
    for (int head = 0; head < spec.heads(); head++) {
      for (int r = 0; r < queries.size(); r++) {
        SampledQuery query = queries.get(r);
        products[head][r] =
            right.products(
                left.of(query.sample(), head, query.step()),
                query.sample(),
                shared(right, head),
                query.keys());
      }
    }
    return products;
  }

  /** Neighbouring query heads share a head of keys and values. */
  private int shared(HeadVectors keysOrValues, int head) {
    return head * keysOrValues.heads() / spec.heads();
  }

  private Supplier<double[][]> tokens(Probe probe, int head, SampledQuery query) {
    HeadVectors vectors = geometry == Geometry.VALUES ? probe.values() : probe.tokens();
    return () -> vectors.of(query.sample(), shared(vectors, head), query.keys());
  }

  private static OptionalInt position(Probe probe, SampledQuery query) {
    int offset = probe.keys().steps() - probe.queries().steps();
    return probe.oneSequence() ? OptionalInt.of(query.step() + offset) : OptionalInt.empty();
  }

  private AttentionRow.Vectors vectors(Probe probe, int head, SampledQuery query) {
    return new AttentionRow.Vectors() {
      @Override
      public double[] query() {
        return probe.queries().of(query.sample(), head, query.step());
      }

      @Override
      public double[][] keys() {
        return of(probe.keys());
      }

      @Override
      public double[][] values() {
        return of(probe.values());
      }

      private double[][] of(HeadVectors vectors) {
        return vectors.of(query.sample(), shared(vectors, head), query.keys());
      }
    };
  }
}
