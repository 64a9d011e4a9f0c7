package org.attention4j.examples.paper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.attention4j.examples.paper.Claim.Topic;
import org.attention4j.examples.paper.Claim.Verdict;
import org.attention4j.examples.statistics.LogLogFit;
import org.attention4j.examples.statistics.MeanInterval;
import org.attention4j.examples.support.Numbers;
import org.attention4j.limits.HeadAtN;
import org.attention4j.limits.Quantity;
import org.attention4j.theory.Separability;

/**
 * What the papers say of GPT-2 and others, held against one run. The intervals are over heads,
 * which read the same text: they say how heads differ, not how texts do.
 */
final class Claims {
  /** With fewer, the test can hardly reject at 0.01. */
  static final int MIN_TESTED = 30;

  /** An interval over fewer heads says little. */
  static final int MIN_HEADS = 3;

  /** As near to the reported 0.06 L as this counts as agreement: half to twice. */
  static final double[] NEAR = {0.03, 0.12};

  /** A plateau changes no more than this. */
  static final double FLAT = 0.1;

  private static final double STEEP_BELOW = 0.1;

  private final PaperResults results;
  private final PaperSettings settings;

  private Claims(PaperResults results) {
    this.results = results;
    settings = results.settings();
  }

  static List<Claim> of(PaperResults results) {
    Claims claims = new Claims(results);
    List<Claim> all = new ArrayList<>();
    all.add(claims.growth());
    all.add(claims.collapse());
    all.add(claims.plateau());
    all.add(claims.saturation());
    for (double level : PaperResults.LEVELS) {
      all.add(claims.critical(level));
    }
    all.add(claims.steepness());
    all.add(claims.sufficient(false));
    all.add(claims.sufficient(true));
    return all;
  }

  private String evidence() {
    return "%s, %s each"
        .formatted(
            Numbers.count(results.headCount(), "head"), Numbers.count(results.rows(), "row"));
  }

  private boolean hasHeads() {
    return results.headCount() >= MIN_HEADS;
  }

  private Claim growth() {
    int[] lengths =
        Arrays.stream(settings.lengths())
            .filter(length -> !results.at(length, PaperSettings.FIXED_N).isEmpty())
            .toArray();
    double[] logarithms = new double[0];
    if (lengths.length > 1) {
      logarithms =
          growth(
              lengths[0],
              PaperSettings.FIXED_N,
              lengths[lengths.length - 1],
              PaperSettings.FIXED_N,
              head -> head.mean(Quantity.DISTANCE));
    }
    MeanInterval ratio = MeanInterval.of(logarithms);
    return new Claim(
        Topic.DISTANCE,
        "Distance against L at N = " + PaperSettings.FIXED_N,
        "d\u0303 grows with L",
        lengths.length > 1
            ? "at L = %d, d\u0303 is %s times that at L = %d, the geometric mean over heads"
                .formatted(lengths[lengths.length - 1], factor(ratio), lengths[0])
            : "at one L alone",
        hasHeads() && lengths.length > 1
            ? Verdict.within(ratio.low(), ratio.high(), 0, Double.POSITIVE_INFINITY)
            : Verdict.OPEN,
        evidence());
  }

  /** What a mean of logarithms and its interval stand for. */
  private static String factor(MeanInterval logarithm) {
    return "%s [%s, %s]"
        .formatted(
            Numbers.brief(Math.exp(logarithm.mean()), 3),
            Numbers.brief(Math.exp(logarithm.low()), 3),
            Numbers.brief(Math.exp(logarithm.high()), 3));
  }

  /** The logarithm of a number of each head at the second L and N over that at the first. */
  private double[] growth(
      int firstLength,
      int firstCount,
      int secondLength,
      int secondCount,
      ToDoubleFunction<HeadAtN> number) {
    List<HeadAtN> first = results.at(firstLength, firstCount);
    List<HeadAtN> second = results.at(secondLength, secondCount);
    return first.stream()
        .flatMapToDouble(
            before ->
                second.stream()
                    .filter(
                        after ->
                            after.layer().equals(before.layer()) && after.head() == before.head())
                    .mapToDouble(
                        after ->
                            Math.log(number.applyAsDouble(after) / number.applyAsDouble(before))))
        .toArray();
  }

  private static double overRandom(HeadAtN head) {
    return head.mean(Quantity.DISTANCE) / head.mean(Quantity.RANDOM_DISTANCE);
  }

  private Claim collapse() {
    int shortest = settings.shortest();
    int longest = settings.longest();
    MeanInterval before =
        MeanInterval.of(
            results.numbers(shortest, shortest / PaperSettings.SHARE, Claims::overRandom));
    MeanInterval after =
        MeanInterval.of(
            results.numbers(longest, longest / PaperSettings.SHARE, Claims::overRandom));
    MeanInterval change =
        MeanInterval.of(
            growth(
                shortest,
                shortest / PaperSettings.SHARE,
                longest,
                longest / PaperSettings.SHARE,
                Claims::overRandom));
    return new Claim(
        Topic.DISTANCE,
        "Distances where N grows with L",
        "they collapse, so that the chosen tokens cannot be told from random ones",
        "at N = L/%d, d\u0303 is %s times that of random tokens at L = %d and %s times at L = %d"
            .formatted(PaperSettings.SHARE, before.text(2), shortest, after.text(2), longest),
        hasHeads() && longest > shortest
            ? Verdict.within(change.low(), change.high(), Double.NEGATIVE_INFINITY, 0)
            : Verdict.OPEN,
        evidence());
  }

  private Claim plateau() {
    int longest = settings.longest();
    int far = longest / PaperSettings.SHARE;
    boolean measured =
        far >= 2 * PaperSettings.PLATEAU_N
            && !results.at(longest, PaperSettings.PLATEAU_N).isEmpty();
    MeanInterval change =
        MeanInterval.of(
            measured
                ? Arrays.stream(
                        growth(
                            longest,
                            PaperSettings.PLATEAU_N,
                            longest,
                            far,
                            head -> head.mean(Quantity.DISTANCE)))
                    .map(Math::exp)
                    .toArray()
                : new double[0]);
    return new Claim(
        Topic.DISTANCE,
        "Distance against N",
        "d\u0303 is on a plateau beyond N \u2248 " + PaperSettings.PLATEAU_N,
        measured
            ? "at L = %d, d\u0303 at N = %d over that at N = %d is %s; a plateau is within %s of 1"
                .formatted(
                    longest, far, PaperSettings.PLATEAU_N, change.text(2), Numbers.plain(FLAT))
            : "L = %d is too short: L/%d must be at least %d"
                .formatted(longest, PaperSettings.SHARE, 2 * PaperSettings.PLATEAU_N),
        measured && hasHeads()
            ? Verdict.within(change.low(), change.high(), 1 - FLAT, 1 + FLAT)
            : Verdict.OPEN,
        evidence());
  }

  /** N_s/N of each head, the mean over N from where the paper sees it saturated. */
  static double[] saturated(PaperResults results) {
    PaperSettings settings = results.settings();
    int longest = settings.longest();
    int[] counts =
        Arrays.stream(settings.counts(longest))
            .filter(n -> n >= PaperSettings.SATURATED_N && n <= longest / PaperSettings.SHARE)
            .toArray();
    double[] means = new double[counts.length == 0 ? 0 : results.at(longest, counts[0]).size()];
    for (int count : counts) {
      double[] shares = results.numbers(longest, count, Quantity.SEPARABLE_SHARE);
      for (int i = 0; i < means.length; i++) {
        means[i] += shares[i] / counts.length;
      }
    }
    return means;
  }

  private Claim saturation() {
    double[] means = saturated(results);
    MeanInterval share = MeanInterval.of(means);
    long inside =
        Arrays.stream(means)
            .filter(
                mean -> mean >= Separability.SATURATED_FROM && mean <= Separability.SATURATED_TO)
            .count();
    return new Claim(
        Topic.SEPARABILITY,
        "N\u209b/N",
        "it is between %s and %s from N \u2248 %d on"
            .formatted(
                Numbers.fixed(Separability.SATURATED_FROM, 2),
                Numbers.fixed(Separability.SATURATED_TO, 2),
                PaperSettings.SATURATED_N),
        means.length == 0
            ? "L = %d is too short".formatted(settings.longest())
            : "at L = %d, the mean over N from %d to L/%d and heads is %s; %d of %d heads are in that range"
                .formatted(
                    settings.longest(),
                    PaperSettings.SATURATED_N,
                    PaperSettings.SHARE,
                    share.text(2),
                    inside,
                    means.length),
        means.length >= MIN_HEADS
            ? Verdict.within(
                share.low(), share.high(), Separability.SATURATED_FROM, Separability.SATURATED_TO)
            : Verdict.OPEN,
        evidence());
  }

  private Claim critical(double level) {
    int longest = settings.longest();
    OptionalInt critical = results.critical(longest, level);
    String measured;
    Verdict verdict;
    if (critical.isEmpty()) {
      measured = "at L = %d every N up to %d is rejected".formatted(longest, longest / 2);
      verdict = Verdict.DISAGREES;
    } else {
      int count = critical.getAsInt();
      int before = results.before(longest, count);
      measured =
          "at L = %d the first N that is not rejected is %d, %s L; %s"
              .formatted(
                  longest,
                  count,
                  Numbers.brief((double) count / longest, 2),
                  before == 0
                      ? "it is the smallest that was tried"
                      : "%d, the one before, is rejected".formatted(before));
      double ratio = (double) count / longest;
      verdict = Verdict.within(ratio, ratio, NEAR[0], NEAR[1]);
    }
    return new Claim(
        Topic.CRITICAL_N,
        "Critical N at " + Numbers.plain(level),
        "it is near 0.06 L",
        measured,
        results.headCount() < MIN_TESTED ? Verdict.OPEN : verdict,
        evidence());
  }

  private Claim steepness() {
    double epsilon = PaperSettings.EPSILONS[0];
    double[] g = results.steepest(epsilon);
    int[] cold =
        IntStream.range(0, g.length)
            .filter(i -> PaperSettings.TEMPERATURES[i] <= STEEP_BELOW)
            .toArray();
    LogLogFit fit =
        LogLogFit.of(
            Arrays.stream(cold).mapToDouble(i -> PaperSettings.TEMPERATURES[i]).toArray(),
            Arrays.stream(cold).mapToDouble(i -> g[i]).toArray());
    return new Claim(
        Topic.SENSITIVITY,
        "Gradient sensitivity",
        "it grows as 1/T below T = 0.1",
        "the log-log slope of the largest g of all heads from T = %s to %s at \u03b5 = %s is %s (\u22121 is 1/T)"
            .formatted(
                Numbers.plain(PaperSettings.TEMPERATURES[0]),
                Numbers.plain(STEEP_BELOW),
                Numbers.plain(epsilon),
                fit.text()),
        Double.isNaN(fit.slope())
            ? Verdict.OPEN
            : fit.isCompatibleWith(-1) ? Verdict.AGREES : Verdict.DISAGREES,
        evidence());
  }

  private Claim sufficient(boolean renormalised) {
    int last = settings.lengths().length - 1;
    OptionalInt near = results.smallestSufficient(0, renormalised);
    OptionalInt far = results.smallestSufficient(last, renormalised);
    String found =
        IntStream.rangeClosed(0, last)
            .mapToObj(
                i -> {
                  OptionalInt count = results.smallestSufficient(i, renormalised);
                  return "%s at L = %d"
                      .formatted(
                          count.isPresent() ? count.getAsInt() : "none that was tried",
                          settings.lengths()[i]);
                })
            .collect(Collectors.joining(", "));
    Verdict verdict = Verdict.OPEN;
    if (results.hasLoss() && last > 0 && near.isPresent() && far.isPresent()) {
      double first = (double) near.getAsInt() / settings.shortest();
      double second = (double) far.getAsInt() / settings.longest();
      verdict =
          far.getAsInt() > near.getAsInt() && second < first ? Verdict.AGREES : Verdict.DISAGREES;
    }
    return new Claim(
        Topic.RESTRICTION,
        "N that suffices, weights " + (renormalised ? "renormalised" : "kept"),
        "the smallest N that keeps the loss within 5 % grows with L while N/L falls",
        "%s%s"
            .formatted(
                found, results.hasLoss() ? "" : " (there is no loss; the output may move by 5 %)"),
        verdict,
        "all heads restricted, " + Numbers.count(settings.judgedWindows(), "window"));
  }
}
