package org.attention4j.monitor.metrics;

import java.util.List;
import java.util.Optional;

/**
 * Name, unit and meaning of a metric. The page, Prometheus and the tables in {@code
 * docs/monitoring.md} all have their texts from here.
 *
 * <p>A name with a dot, such as {@code gradientNorm.Wq}, belongs to a family, {@code gradientNorm},
 * which has one metric for each parameter.
 *
 * @param name the metric's name; for a family the part before the dot with {@code .<name>}
 * @param group the heading under which a page lists it
 * @param label a short name to show
 * @param unit its unit: {@code nats}, {@code keys}, {@code tokens}, {@code numbers}; {@code ratio}
 *     for a share, mostly between 0 and 1; {@code 1} for any other pure number
 * @param meaning what it is; a mean over the sampled queries, unless this says otherwise; empty for
 *     a metric of the user's own
 * @param healthy its values in a head that learns well; may be empty
 * @param otherwise what other values mean, or what to do then; may be empty
 */
public record MetricDescription(
    String name,
    String group,
    String label,
    String unit,
    String meaning,
    String healthy,
    String otherwise) {
  /** The unit of a pure number. */
  public static final String NO_UNIT = "1";

  /** What the name of a family ends with. */
  static final String FAMILY = ".<name>";

  private static final String OWN = "Other";

  /** The group of what is of all heads. */
  static final String AGGREGATE = "All heads";

  /**
   * The metrics and families that come with the monitor.
   *
   * @return their descriptions, in the order in which a page lists them
   */
  public static List<MetricDescription> all() {
    return DescribedMetrics.ALL;
  }

  /**
   * The numbers of an {@link AggregateRecord}.
   *
   * @return their descriptions, in their order
   */
  public static List<MetricDescription> aggregates() {
    return DescribedAggregates.ALL;
  }

  /**
   * Describes a number of an {@link AggregateRecord}.
   *
   * @param name its name, such as {@code entropyMean}
   * @return its description; for an unknown one only its name
   */
  public static MetricDescription ofAggregate(String name) {
    return DescribedAggregates.ALL.stream()
        .filter(description -> description.name.equals(name))
        .findFirst()
        .orElseGet(() -> new MetricDescription(name, AGGREGATE, name, NO_UNIT, "", "", ""));
  }

  /**
   * Describes a metric.
   *
   * @param name any metric's name, such as {@code entropy} or {@code gradientNorm.Wq}
   * @return its description; for a member of a family with the member's own name and label; for an
   *     unknown metric, which is the user's own, only its name
   */
  public static MetricDescription of(String name) {
    int dot = name.indexOf('.');
    String entry = dot < 0 ? name : name.substring(0, dot) + FAMILY;
    return DescribedMetrics.ALL.stream()
        .filter(description -> description.name.equals(entry))
        .findFirst()
        .map(description -> dot < 0 ? description : description.member(name, dot))
        .orElseGet(() -> new MetricDescription(name, OWN, name, NO_UNIT, "", "", ""));
  }

  /**
   * The whole description as text.
   *
   * @return such as {@code N_s/N, the share …. Healthy: above 0.85. Otherwise: …}; only the label
   *     without a meaning
   */
  public String text() {
    StringBuilder text = new StringBuilder(meaning.isEmpty() ? label : meaning);
    if (!healthy.isEmpty()) {
      text.append(". Healthy: ").append(healthy);
    }
    if (!otherwise.isEmpty()) {
      text.append(". Otherwise: ").append(otherwise);
    }
    return text.append('.').toString().replace("`", "");
  }

  private MetricDescription member(String member, int dot) {
    return new MetricDescription(
        member,
        group,
        label.replace("%s", member.substring(dot + 1)),
        unit,
        meaning,
        healthy,
        otherwise);
  }

  /** Whether a metric comes with the monitor. */
  static boolean isBuiltIn(String name) {
    return DescribedMetrics.ALL.stream().anyMatch(description -> description.name.equals(name));
  }

  /**
   * Describes the family of a metric.
   *
   * @param name any metric's name, such as {@code gradientNorm.Wq}, or that of a family, such as
   *     {@code gradientNorm}
   * @return what all members have in common; empty if the metric is in no family
   */
  public static Optional<MetricDescription> ofFamily(String name) {
    int dot = name.indexOf('.');
    String entry = (dot < 0 ? name : name.substring(0, dot)) + FAMILY;
    return DescribedMetrics.ALL.stream()
        .filter(description -> description.name.equals(entry))
        .findFirst();
  }
}
