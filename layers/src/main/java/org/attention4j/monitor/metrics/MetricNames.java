package org.attention4j.monitor.metrics;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The names of the metrics that come with the monitor, as they are in records and files. {@link
 * MetricDescription} says what each one means.
 */
public final class MetricNames {
  /** {@code entropy}. */
  public static final String ENTROPY = "entropy";

  /** {@code normalizedEntropy}. */
  public static final String NORMALIZED_ENTROPY = "normalizedEntropy";

  /** {@code effectiveTokens}. */
  public static final String EFFECTIVE_TOKENS = "effectiveTokens";

  /** {@code support}. */
  public static final String SUPPORT = "support";

  /** {@code rowMass}. */
  public static final String ROW_MASS = "rowMass";

  /** {@code largestWeight}. */
  public static final String LARGEST_WEIGHT = "largestWeight";

  /** {@code largestOverUniform}. */
  public static final String LARGEST_OVER_UNIFORM = "largestOverUniform";

  /** {@code topCount}. */
  public static final String TOP_COUNT = "topCount";

  /** {@code topMass}. */
  public static final String TOP_MASS = "topMass";

  /** {@code sinkMass}. */
  public static final String SINK_MASS = "sinkMass";

  /** {@code sinkRate}. */
  public static final String SINK_RATE = "sinkRate";

  /** {@code visibleKeys}. */
  public static final String VISIBLE_KEYS = "visibleKeys";

  /** {@code maxLogit}. */
  public static final String MAX_LOGIT = "maxLogit";

  /** {@code maxDotProduct}. */
  public static final String MAX_DOT_PRODUCT = "maxDotProduct";

  /** {@code logSumExp}. */
  public static final String LOG_SUM_EXP = "logSumExp";

  /** {@code temperature}. */
  public static final String TEMPERATURE = "temperature";

  /** {@code scoresGradientNorm}. */
  public static final String SCORES_GRADIENT_NORM = "scoresGradientNorm";

  /** {@code nanCount}. */
  public static final String NAN_COUNT = "nanCount";

  /** {@code infiniteCount}. */
  public static final String INFINITE_COUNT = "infiniteCount";

  /** {@code nonFinite}. */
  public static final String NON_FINITE = "nonFinite";

  /** {@code distance}. */
  public static final String DISTANCE = "distance";

  /** {@code distanceBound}. */
  public static final String DISTANCE_BOUND = "distanceBound";

  /** {@code separableShare}. */
  public static final String SEPARABLE_SHARE = "separableShare";

  /** {@code separationRadius}. */
  public static final String SEPARATION_RADIUS = "separationRadius";

  /** {@code jacobianSpectral}. */
  public static final String JACOBIAN_SPECTRAL = "jacobianSpectral";

  /** {@code jacobianFrobenius}. */
  public static final String JACOBIAN_FROBENIUS = "jacobianFrobenius";

  /** {@code jacobianBound}. */
  public static final String JACOBIAN_BOUND = "jacobianBound";

  /** {@code jacobianEntryBound}. */
  public static final String JACOBIAN_ENTRY_BOUND = "jacobianEntryBound";

  /** {@code topKeyMass}. */
  public static final String TOP_KEY_MASS = "topKeyMass";

  /** {@code topKeyPosition}. */
  public static final String TOP_KEY_POSITION = "topKeyPosition";

  /** {@code attentionDistance}. */
  public static final String ATTENTION_DISTANCE = "attentionDistance";

  /** {@code diagonalMass}. */
  public static final String DIAGONAL_MASS = "diagonalMass";

  /** {@code previousMass}. */
  public static final String PREVIOUS_MASS = "previousMass";

  /** {@code headCorrelation}. */
  public static final String HEAD_CORRELATION = "headCorrelation";

  /** {@code queryRms}. */
  public static final String QUERY_RMS = "queryRms";

  /** {@code keyRms}. */
  public static final String KEY_RMS = "keyRms";

  /** {@code valueRms}. */
  public static final String VALUE_RMS = "valueRms";

  /** {@code headOutputRms}. */
  public static final String HEAD_OUTPUT_RMS = "headOutputRms";

  /** {@code selectionRecall}. */
  public static final String SELECTION_RECALL = "selectionRecall";

  /** {@code selectedContribution}. */
  public static final String SELECTED_CONTRIBUTION = "selectedContribution";

  /** The family {@code normalizer.<name>}. */
  public static final String NORMALIZER = "normalizer";

  /** The family {@code gradientNorm.<name>}. */
  public static final String GRADIENT_NORM = "gradientNorm";

  /** The family {@code updateRatio.<name>}. */
  public static final String UPDATE_RATIO = "updateRatio";

  /** {@code entropyMin}, of the heads of a layer or network. */
  public static final String ENTROPY_MIN = "entropyMin";

  /** {@code entropyMean}, of the heads of a layer or network. */
  public static final String ENTROPY_MEAN = "entropyMean";

  /** {@code entropyMax}, of the heads of a layer or network. */
  public static final String ENTROPY_MAX = "entropyMax";

  /** {@code normalizedEntropyMin}, of the heads of a layer or network. */
  public static final String NORMALIZED_ENTROPY_MIN = "normalizedEntropyMin";

  /** {@code normalizedEntropyMean}, of the heads of a layer or network. */
  public static final String NORMALIZED_ENTROPY_MEAN = "normalizedEntropyMean";

  /** {@code normalizedEntropyMax}, of the heads of a layer or network. */
  public static final String NORMALIZED_ENTROPY_MAX = "normalizedEntropyMax";

  /** {@code deadShare}, of the heads of a layer or network. */
  public static final String DEAD_SHARE = "deadShare";

  /** {@code blockOutputRms}, of a layer or network. */
  public static final String BLOCK_OUTPUT_RMS = "blockOutputRms";

  /** {@code rankResidual}, of a layer or network. */
  public static final String RANK_RESIDUAL = "rankResidual";

  /** {@code headsInAlarm}, of a layer or network. */
  public static final String HEADS_IN_ALARM = "headsInAlarm";

  /** How many names are proposed in place of a wrong one. */
  private static final int MAX_PROPOSALS = 3;

  private MetricNames() {}

  /**
   * The name of a metric in a family.
   *
   * @param family the family, such as {@link #GRADIENT_NORM}
   * @param member the parameter or learned quantity, such as {@code Wq}
   * @return the name, such as {@code gradientNorm.Wq}
   */
  public static String member(String family, String member) {
    return family + "." + member;
  }

  /**
   * Checks the name of a built-in metric.
   *
   * @param user what uses the name, as the subject of a sentence, such as {@code Alarm rule 'hot'}
   * @param name a name, of a family with its member, such as {@code gradientNorm.Wq}
   * @return the name
   * @throws IllegalArgumentException if there is no such metric; the message has similar names
   */
  public static String requireKnown(String user, String name) {
    boolean isEntry = MetricDescription.isBuiltIn(name);
    boolean isFamily = MetricDescription.ofFamily(name).isPresent();
    // What the table has for a family, gradientNorm.<name>, is not a metric.
    boolean isMember = isFamily && !isEntry && name.indexOf('.') >= 0 && !name.endsWith(".");
    if (isMember || (isEntry && !isFamily)) {
      return name;
    }
    throw new IllegalArgumentException(
        "%s: there is no metric '%s'; similar names are %s."
            .formatted(user, name, String.join(", ", similar(name))));
  }

  private static List<String> similar(String name) {
    return MetricDescription.all().stream()
        .map(MetricDescription::name)
        .sorted(Comparator.comparingInt(known -> distance(name, proposed(known, name))))
        .limit(MAX_PROPOSALS)
        .map(known -> proposed(known, name))
        .toList();
  }

  /** A member of a family if the wrong name has a member, too. */
  private static String proposed(String known, String wrong) {
    int dot = known.indexOf('.');
    int wrongDot = wrong.indexOf('.');
    return dot < 0 || wrongDot < 0 || wrongDot == wrong.length() - 1
        ? known
        : known.substring(0, dot) + wrong.substring(wrongDot);
  }

  /** How many letters have to be added, removed or replaced (Levenshtein), in any case. */
  private static int distance(String a, String b) {
    String from = a.toLowerCase(Locale.ROOT);
    String to = b.toLowerCase(Locale.ROOT);
    int[] previous = new int[to.length() + 1];
    for (int j = 0; j < previous.length; j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] current = new int[previous.length];
      current[0] = i;
      for (int j = 1; j < current.length; j++) {
        int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[to.length()];
  }
}
