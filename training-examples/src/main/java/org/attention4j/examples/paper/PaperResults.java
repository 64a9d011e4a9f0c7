package org.attention4j.examples.paper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.attention4j.limits.HeadAtN;
import org.attention4j.limits.Quantity;
import org.attention4j.theory.CriticalN;

/** All parts joined: each head at each L and N over all windows. */
final class PaperResults {
  /** The levels of the paper's test. */
  static final double[] LEVELS = {0.01, 0.05};

  private final PaperSettings settings;
  private final Map<Integer, Map<Integer, List<HeadAtN>>> heads = new LinkedHashMap<>();
  private final List<PaperPart.Steepness> sensitivities;
  private final List<PaperPart.OfRestriction> restrictions;
  private int leftOut;

  /**
   * Joins parts.
   *
   * @param settings of the study
   * @param parts all of them, or as many as there are
   */
  PaperResults(PaperSettings settings, List<PaperPart> parts) {
    this.settings = settings;
    for (int length : settings.lengths()) {
      Map<List<Object>, HeadAtN> joined = new LinkedHashMap<>();
      for (PaperPart.OfWindow window : PaperStudy.windows(parts)) {
        if (window.length() == length) {
          window
              .heads()
              .forEach(
                  one ->
                      joined.merge(
                          List.of(one.layer(), one.head(), one.count()), one, HeadAtN::and));
          leftOut = Math.max(leftOut, window.leftOut());
        }
      }
      Map<Integer, List<HeadAtN>> byCount = new LinkedHashMap<>();
      for (int count : settings.counts(length)) {
        byCount.put(count, joined.values().stream().filter(one -> one.count() == count).toList());
      }
      heads.put(length, byCount);
    }
    sensitivities = joined(parts);
    restrictions = PaperStudy.restrictions(parts);
  }

  private static List<PaperPart.Steepness> joined(List<PaperPart> parts) {
    Map<List<Object>, PaperPart.Steepness> joined = new LinkedHashMap<>();
    for (PaperPart.OfWindow window : PaperStudy.windows(parts)) {
      for (PaperPart.Steepness one : window.sensitivities()) {
        joined.merge(
            List.of(one.layer(), one.head(), one.epsilon(), one.temperature()),
            one,
            (a, b) ->
                new PaperPart.Steepness(
                    a.layer(),
                    a.head(),
                    a.rows() + b.rows(),
                    a.temperature(),
                    a.epsilon(),
                    (a.rows() * a.g() + b.rows() * b.g()) / (a.rows() + b.rows())));
      }
    }
    return List.copyOf(joined.values());
  }

  PaperSettings settings() {
    return settings;
  }

  /** Every head at one L and N; empty if that was not measured. */
  List<HeadAtN> at(int length, int count) {
    return heads.getOrDefault(length, Map.of()).getOrDefault(count, List.of());
  }

  /** One quantity of every head. */
  double[] numbers(int length, int count, Quantity quantity) {
    return numbers(length, count, head -> head.mean(quantity));
  }

  double[] numbers(int length, int count, ToDoubleFunction<HeadAtN> number) {
    return at(length, count).stream().mapToDouble(number).toArray();
  }

  /** The mean over heads; NaN without any. */
  double mean(int length, int count, Quantity quantity) {
    return DoubleStream.of(numbers(length, count, quantity)).average().orElse(Double.NaN);
  }

  /** How many heads there are at the longest L. */
  int headCount() {
    return at(settings.longest(), settings.counts(settings.longest())[0]).size();
  }

  /** How many heads have no row that sees all keys. */
  int leftOut() {
    return leftOut;
  }

  /** How many rows each head has. */
  int rows() {
    return at(settings.longest(), settings.counts(settings.longest())[0]).stream()
        .mapToInt(HeadAtN::rows)
        .max()
        .orElse(0);
  }

  /** The p-value of equal distances of the N largest and of random tokens, over heads. */
  double pValue(int length, int count) {
    return test(
        numbers(length, count, Quantity.DISTANCE),
        numbers(length, count, Quantity.RANDOM_DISTANCE));
  }

  private static double test(double[] first, double[] second) {
    return first.length < 2
        ? Double.NaN
        : new KolmogorovSmirnovTest().kolmogorovSmirnovTest(first, second);
  }

  /** Algorithm 3; empty if every N is rejected. */
  OptionalInt critical(int length, double level) {
    return CriticalN.of(
        settings.counts(length),
        count -> numbers(length, count, Quantity.DISTANCE),
        count -> numbers(length, count, Quantity.RANDOM_DISTANCE),
        PaperResults::test,
        level);
  }

  /** The largest N below another one that was measured; 0 if there is none. */
  int before(int length, int count) {
    return Arrays.stream(settings.counts(length)).filter(n -> n < count).max().orElse(0);
  }

  List<PaperPart.Steepness> sensitivities() {
    return sensitivities;
  }

  /** The largest g of all heads at each T. */
  double[] steepest(double epsilon) {
    return DoubleStream.of(PaperSettings.TEMPERATURES)
        .map(
            temperature ->
                sensitivities.stream()
                    .filter(one -> one.epsilon() == epsilon && one.temperature() == temperature)
                    .mapToDouble(PaperPart.Steepness::g)
                    .max()
                    .orElse(Double.NaN))
        .toArray();
  }

  /** All restrictions, that of the whole network not among them, by ascending N. */
  List<PaperPart.OfRestriction> restrictions(boolean renormalised) {
    return restrictions.stream()
        .filter(one -> one.count() > 0 && one.renormalised() == renormalised)
        .toList();
  }

  /**
   * What a restriction costs at one L: the rise of the loss relative to that of the whole network;
   * without a loss, how far the output moves relative to its norm.
   */
  double cost(PaperPart.OfRestriction one, int index) {
    if (one.losses().length == 0) {
      return one.changes()[index];
    }
    return restrictions.stream()
        .filter(other -> other.count() == 0)
        .mapToDouble(whole -> one.losses()[index] / whole.losses()[index] - 1)
        .findFirst()
        .orElse(Double.NaN);
  }

  boolean hasLoss() {
    return restrictions.stream().anyMatch(one -> one.losses().length > 0);
  }

  /** Those that leave something out at one L. */
  List<PaperPart.OfRestriction> restrictionsAt(int index, boolean renormalised) {
    return restrictions(renormalised).stream()
        .filter(one -> one.count() < settings.lengths()[index])
        .toList();
  }

  /** The smallest N that was tried and costs no more than allowed; empty if there is none. */
  OptionalInt smallestSufficient(int index, boolean renormalised) {
    return restrictionsAt(index, renormalised).stream()
        .filter(one -> cost(one, index) <= PaperSettings.TOLERANCE)
        .mapToInt(PaperPart.OfRestriction::count)
        .min();
  }

  /** All heads at all L and N. */
  List<Map.Entry<Integer, HeadAtN>> all() {
    List<Map.Entry<Integer, HeadAtN>> all = new ArrayList<>();
    heads.forEach(
        (length, byCount) ->
            byCount.values().forEach(list -> list.forEach(one -> all.add(Map.entry(length, one)))));
    return all;
  }
}
