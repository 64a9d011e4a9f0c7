package org.attention4j.limits;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.theory.Distance;
import org.attention4j.theory.Retrieval;
import org.attention4j.theory.Separability;
import org.attention4j.theory.SeparabilityBounds;
import org.attention4j.theory.TopN;
import org.attention4j.theory.WeightRow;

/**
 * How one head chooses N tokens.
 *
 * @param layer the name of the layer or vertex
 * @param head the head, counted from 0
 * @param count N
 * @param rows how many rows were measured
 * @param means the mean of each quantity over the rows
 */
public record HeadAtN(String layer, int head, int count, int rows, Map<Quantity, Double> means) {
  /**
   * Copies the map.
   *
   * @param layer the name of the layer or vertex
   * @param head the head
   * @param count N
   * @param rows how many rows were measured
   * @param means the means
   */
  public HeadAtN {
    means = Collections.unmodifiableMap(new EnumMap<>(means));
  }

  /**
   * Measures a head.
   *
   * @param head with at least one row
   * @param counts each N, at least 1
   * @param draws random sets of each row and N, for {@link Quantity#RANDOM_DISTANCE}
   * @param seed what these depend on
   * @return one for each N; none for an N that is not below the number of keys in every row
   * @throws IllegalArgumentException if the rows have no vectors
   */
  public static List<HeadAtN> of(SampledHead head, int[] counts, int draws, long seed) {
    List<AttentionRow> rows = head.rows();
    int[] fitting =
        Arrays.stream(counts)
            .filter(count -> rows.stream().allMatch(row -> count < row.length()))
            .toArray();
    List<Map<Quantity, Double>> sums = new ArrayList<>();
    Arrays.stream(fitting).forEach(count -> sums.add(new EnumMap<>(Quantity.class)));
    for (AttentionRow row : rows) {
      RowAtN ofRow = new RowAtN(row);
      for (int i = 0; i < fitting.length; i++) {
        Random random = random(head, row, fitting[i], seed);
        Map<Quantity, Double> sum = sums.get(i);
        ofRow
            .measure(fitting[i], draws, random)
            .forEach((quantity, number) -> sum.merge(quantity, number, Double::sum));
      }
    }
    List<HeadAtN> measured = new ArrayList<>();
    for (int i = 0; i < fitting.length; i++) {
      Map<Quantity, Double> means = sums.get(i);
      means.replaceAll((quantity, sum) -> sum / rows.size());
      measured.add(new HeadAtN(head.layer(), head.head(), fitting[i], rows.size(), means));
    }
    return measured;
  }

  /** Sets of their own for each head, row and N, so that the heads are a sample for a test. */
  private static Random random(SampledHead head, AttentionRow row, int count, long seed) {
    return new Random(
        Objects.hash(seed, head.layer(), head.head(), row.example(), row.query(), count));
  }

  /**
   * One quantity.
   *
   * @param quantity which
   * @return its mean over the rows; NaN if a weight or vector was not finite
   */
  public double mean(Quantity quantity) {
    return Objects.requireNonNull(means.get(quantity));
  }

  /**
   * Joins what was measured of the same head at the same N on other rows.
   *
   * @param other the other rows
   * @return the means over all rows
   * @throws IllegalArgumentException if it is another head or N
   */
  public HeadAtN and(HeadAtN other) {
    if (!layer.equals(other.layer) || head != other.head || count != other.count) {
      throw new IllegalArgumentException(
          "Head %d of %s at N = %d cannot be joined with head %d of %s at N = %d but must be the same head and N."
              .formatted(head, layer, count, other.head, other.layer, other.count));
    }
    int all = rows + other.rows;
    Map<Quantity, Double> joined = new EnumMap<>(Quantity.class);
    means.forEach(
        (quantity, mean) ->
            joined.put(quantity, (rows * mean + other.rows * other.mean(quantity)) / all));
    return new HeadAtN(layer, head, count, all, joined);
  }

  /** One row, whose vectors serve every N. */
  private static final class RowAtN {
    private final double[] weights;
    private final double[][] tokens;
    private final double[][] onSphere;
    private final double[][] values;
    private final double[] contributions;

    RowAtN(AttentionRow row) {
      AttentionRow.Vectors vectors = row.vectors();
      if (vectors == null) {
        throw new IllegalArgumentException(
            "The row of query %d has no vectors but must have values.".formatted(row.query()));
      }
      weights = row.weights();
      tokens = row.tokens();
      onSphere = Separability.onSphere(tokens);
      values = vectors.values();
      contributions = Retrieval.contributions(weights, values);
    }

    Map<Quantity, Double> measure(int count, int draws, Random random) {
      TopN top = TopN.of(weights, count);
      Distance distance = Distance.of(weights, tokens, top);
      Distance.Expected expected = Distance.ofRandomChoice(weights, tokens, count);
      Separability separability = Separability.of(weights, onSphere, top);
      SeparabilityBounds bounds =
          SeparabilityBounds.of(
              weights,
              top,
              SeparabilityBounds.smallestDistance(onSphere, top),
              1,
              separability.radius());
      Retrieval byWeight = Retrieval.of(weights, values, top);
      Retrieval byNorm = Retrieval.of(weights, values, TopN.of(contributions, count));
      Map<Quantity, Double> numbers = new EnumMap<>(Quantity.class);
      numbers.put(Quantity.MASS, WeightRow.topMass(weights, top));
      numbers.put(Quantity.DISTANCE, distance.value());
      numbers.put(Quantity.DISTANCE_BOUND, distance.bound());
      numbers.put(
          Quantity.RANDOM_DISTANCE,
          Distance.meanOfRandomChoices(weights, tokens, count, draws, random));
      numbers.put(Quantity.RANDOM_LOWER, expected.main());
      numbers.put(Quantity.RANDOM_UPPER, expected.main() + expected.epsilon());
      numbers.put(Quantity.SEPARABLE_SHARE, separability.ratio());
      numbers.put(Quantity.SEPARABLE_LOWER, Math.max(0, bounds.lower()));
      numbers.put(Quantity.SEPARABLE_UPPER, bounds.upper());
      numbers.put(Quantity.RECALL, byWeight.recall());
      numbers.put(Quantity.PRECISION, byWeight.precision());
      numbers.put(Quantity.F, byWeight.f());
      numbers.put(Quantity.RECALL_BY_NORM, byNorm.recall());
      numbers.put(Quantity.PRECISION_BY_NORM, byNorm.precision());
      numbers.put(Quantity.F_BY_NORM, byNorm.f());
      return numbers;
    }
  }
}
