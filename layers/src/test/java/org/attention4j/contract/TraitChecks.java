package org.attention4j.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.attention4j.contract.NormalizerUnderTest.row;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.attention4j.contract.RowBatch.Scores;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.normalizer.Trait;
import org.nd4j.linalg.api.buffer.DataType;

/** What a normalizer declares of itself against what it does. */
final class TraitChecks {
  private static final double TOLERANCE = 1e-9;
  private static final double SHIFT = 1.75;
  private static final int KEYS_FAR_BELOW = 31;

  /** A weight as small as this comes of an exponential that is about to vanish. */
  private static final double UNDERFLOW = 1e-100;

  private TraitChecks() {}

  static void sums(NormalizerUnderTest map, Scores scores) {
    RowBatch batch = RowBatch.random(scores, true, 41);
    double[] weights = map.run(batch, true, DataType.DOUBLE).weights();
    for (int row = 0; row < batch.rows(); row++) {
      if (batch.visibleCount(row) > 0) {
        double sum = Arrays.stream(batch.row(weights, row)).sum();
        if (map.declares(Trait.SUMS_TO_ONE) && !(Math.abs(sum - 1) < TOLERANCE)) {
          fail(
              "%s declares SUMS_TO_ONE, but %s of %s scores sums to %s.",
              map, row(batch, row, true), scores, sum);
        }
      }
    }
  }

  static void largest(NormalizerUnderTest map, Scores scores) {
    if (map.declares(Trait.CAN_EXCEED_ONE)) {
      return;
    }
    RowBatch batch = RowBatch.random(scores, true, 43);
    double[] weights = map.run(batch, true, DataType.DOUBLE).weights();
    for (int row = 0; row < batch.rows(); row++) {
      double[] values = batch.row(weights, row);
      double largest = Math.max(Arrays.stream(values).sum(), Arrays.stream(values).max().orElse(0));
      if (!(largest < 1 + TOLERANCE)) {
        fail(
            "%s does not declare CAN_EXCEED_ONE, but a weight or the sum of %s of %s scores is %s.",
            map, row(batch, row, true), scores, largest);
      }
    }
  }

  static void zeros(NormalizerUnderTest map) {
    if (map.declares(Trait.EXACT_ZEROS)) {
      return;
    }
    RowBatch batch = RowBatch.random(Scores.USUAL, false, 47, 2, 3, 5, 101);
    double[] weights = map.run(batch, false, DataType.DOUBLE).weights();
    boolean vanishes = Arrays.stream(weights).anyMatch(p -> p > 0 && p < UNDERFLOW);
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] == 0 && !vanishes) {
        fail(
            "%s does not declare EXACT_ZEROS, but the visible key %d of %s has weight zero.",
            map, i % batch.keys(), row(batch, i / batch.keys(), false));
      }
    }
  }

  static void shift(NormalizerUnderTest map) {
    if (!map.declares(Trait.SHIFT_INVARIANT)) {
      return;
    }
    RowBatch batch = RowBatch.random(Scores.USUAL, true, 53);
    double[] moved = Arrays.stream(batch.scores()).map(z -> z + SHIFT).toArray();
    NormalizerGraph graph = map.graph(true, DataType.DOUBLE);
    double[] before = graph.run(batch, map.parameters()).weights();
    double[] after = graph.run(batch.withScores(moved), map.parameters()).weights();
    for (int i = 0; i < before.length; i++) {
      if (!(Math.abs(after[i] - before[i]) < TOLERANCE)) {
        fail(
            "%s declares SHIFT_INVARIANT, but %s added to every score of %s moves a weight from %s"
                + " to %s.",
            map, SHIFT, row(batch, i / batch.keys(), true), before[i], after[i]);
      }
    }
  }

  /**
   * Visible keys far below all others say nothing but how many they are, to a map that knows scores
   * only by their distances and has one unit of weight to give.
   */
  static void length(NormalizerUnderTest map) {
    boolean toldByScores = map.declares(Trait.SUMS_TO_ONE) && map.declares(Trait.SHIFT_INVARIANT);
    if (map.declares(Trait.LENGTH_AWARE) || !toldByScores) {
      return;
    }
    RowBatch shorter = RowBatch.random(Scores.USUAL, false, 59);
    RowBatch padded = shorter.padded(KEYS_FAR_BELOW);
    double[] scores = Arrays.stream(padded.scores()).map(z -> z == 1e30 ? -1e3 : z).toArray();
    NormalizerGraph graph = map.graph(false, DataType.DOUBLE);
    double[] before = graph.run(shorter, map.parameters()).weights();
    double[] after = graph.run(padded.withScores(scores), map.parameters()).weights();
    for (int row = 0; row < shorter.rows(); row++) {
      double[] some = shorter.row(before, row);
      double[] more = padded.row(after, row);
      for (int key = 0; key < some.length; key++) {
        if (!(Math.abs(some[key] - more[key]) < TOLERANCE)) {
          fail(
              "%s does not declare LENGTH_AWARE, but %d more visible keys, far below all others,"
                  + " move a weight of %s from %s to %s.",
              map, KEYS_FAR_BELOW, row(shorter, row, false), some[key], more[key]);
        }
      }
    }
  }

  static void parameters(NormalizerUnderTest map) {
    for (int heads : new int[] {1, 3}) {
      List<NormalizerParameter> parameters = map.normalizer().parameters(heads);
      assertThat(parameters.isEmpty())
          .withFailMessage(
              map.declares(Trait.LEARNABLE)
                  ? "%s declares LEARNABLE, but parameters(%d) is empty."
                  : "%s does not declare LEARNABLE, but parameters(%d) is not empty.",
              map,
              heads)
          .isNotEqualTo(map.declares(Trait.LEARNABLE));
      for (NormalizerParameter parameter : parameters) {
        assertThat(parameter.heads())
            .withFailMessage(
                "%s: parameter '%s' asked for with %d heads has %d.",
                map, parameter.name(), heads, parameter.heads())
            .isEqualTo(heads);
      }
      List<String> names = parameters.stream().map(NormalizerParameter::name).toList();
      assertThat(new HashSet<>(names))
          .withFailMessage("%s: two parameters share a name in %s.", map, names)
          .hasSameSizeAs(names);
    }
  }
}
