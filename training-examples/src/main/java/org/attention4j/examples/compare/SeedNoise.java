package org.attention4j.examples.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;
import org.attention4j.examples.statistics.Evidence;

/**
 * Tells differences between normalizers from seed noise by the paired t-test in blocks: every
 * normalizer has the same seeds, bits = normalizer + seed + noise is fitted by least squares, and
 * the noise that all normalizers show, with (k - 1)(s - 1) degrees of freedom for k normalizers and
 * s seeds, is what a difference is held against. For two normalizers that is the plain paired
 * t-test over the seeds; with more of them three seeds suffice to see something.
 *
 * <p>It takes the noise to be alike for all of them. P-values are corrected by Holm's method.
 */
final class SeedNoise {
  /** What is done here, for a report. */
  static final String METHOD =
      "Every normalizer has the same seeds, so bits = normalizer + seed + noise is fitted by least"
          + " squares, and differences are held against the noise that all normalizers show: a"
          + " paired t-test in blocks, which for two normalizers is the plain paired t-test."
          + " P-values carry Holm's correction for all pairs; a difference counts as larger than"
          + " seed noise below 0.05. Intervals are for one pair each. With few seeds a difference"
          + " that is real may well stay within the noise.";

  private static final double CONFIDENCE = 0.95;

  private final double standardError;
  private final TDistribution distribution;

  private SeedNoise(List<NormalizerResult> results) {
    int seeds = seeds(results);
    distribution = new TDistribution((results.size() - 1.0) * (seeds - 1));
    standardError = Math.sqrt(2 * noiseVariance(results) / seeds);
  }

  /**
   * Holds every normalizer against the first.
   *
   * @param results with the same seeds each
   * @return a difference for each but the first; none where there are fewer than three seeds or two
   *     normalizers. Normalizers with which training broke down are left out
   */
  static List<Difference> againstTheFirst(List<NormalizerResult> results) {
    List<NormalizerResult> well = well(results);
    if (!canTell(well) || !results.get(0).wentWell()) {
      return List.of();
    }
    SeedNoise noise = new SeedNoise(well);
    return holm(
        well.subList(1, well.size()).stream()
            .map(result -> noise.difference(result, well.get(0)))
            .toList());
  }

  /**
   * Holds every normalizer against every other.
   *
   * @param results with the same seeds each
   * @return a difference for each pair, better ones first; none where it cannot be told
   */
  static List<Difference> amongAll(List<NormalizerResult> results) {
    List<NormalizerResult> well =
        well(results).stream()
            .sorted(Comparator.comparingDouble(NormalizerResult::meanBits))
            .toList();
    if (!canTell(well)) {
      return List.of();
    }
    SeedNoise noise = new SeedNoise(well);
    List<Difference> differences = new ArrayList<>();
    for (int i = 0; i < well.size(); i++) {
      for (int j = i + 1; j < well.size(); j++) {
        differences.add(noise.difference(well.get(i), well.get(j)));
      }
    }
    return holm(differences);
  }

  private Difference difference(NormalizerResult one, NormalizerResult other) {
    double mean = one.meanBits() - other.meanBits();
    double half = distribution.inverseCumulativeProbability((1 + CONFIDENCE) / 2) * standardError;
    double p =
        standardError > 0
            ? 2 * distribution.cumulativeProbability(-Math.abs(mean) / standardError)
            : (mean == 0 ? 1 : 0);
    return new Difference(one.label(), other.label(), mean, mean - half, mean + half, p);
  }

  /** The variance of the residuals of bits = normalizer + seed. */
  private static double noiseVariance(List<NormalizerResult> results) {
    int seeds = seeds(results);
    int normalizers = results.size();
    double[] bits = new double[normalizers * seeds];
    double[][] effects = new double[bits.length][normalizers + seeds - 2];
    for (int i = 0; i < normalizers; i++) {
      for (int j = 0; j < seeds; j++) {
        int row = i * seeds + j;
        bits[row] = results.get(i).trials().get(j).validationBits();
        // The first normalizer with the first seed is the intercept.
        if (i > 0) {
          effects[row][i - 1] = 1;
        }
        if (j > 0) {
          effects[row][normalizers - 1 + j - 1] = 1;
        }
      }
    }
    OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
    regression.newSampleData(bits, effects);
    return regression.estimateErrorVariance();
  }

  /** Holm's step-down correction: the smallest of m is multiplied by m, the next by m - 1. */
  private static List<Difference> holm(List<Difference> differences) {
    List<Difference> sorted =
        differences.stream().sorted(Comparator.comparingDouble(Difference::p)).toList();
    List<Difference> corrected = new ArrayList<>(differences);
    double floor = 0; // corrected values never fall
    for (int i = 0; i < sorted.size(); i++) {
      Difference each = sorted.get(i);
      floor = Math.max(floor, Math.min(1, each.p() * (sorted.size() - i)));
      corrected.set(differences.indexOf(each), each.withP(floor));
    }
    return List.copyOf(corrected);
  }

  private static List<NormalizerResult> well(List<NormalizerResult> results) {
    return results.stream().filter(NormalizerResult::wentWell).toList();
  }

  private static boolean canTell(List<NormalizerResult> results) {
    return results.size() > 1
        && seeds(results) >= Evidence.MIN_SEEDS
        && results.stream().allMatch(each -> each.trials().size() == seeds(results));
  }

  private static int seeds(List<NormalizerResult> results) {
    return results.get(0).trials().size();
  }
}
