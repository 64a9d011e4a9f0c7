package org.attention4j.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.MetricDescription;
import org.attention4j.monitor.metrics.MetricGroup;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.theory.Separability;
import org.junit.jupiter.api.Test;

/** The page on the monitor says what the code says. */
final class MonitoringPageTest {
  private static final List<String> FULL = List.of("Separation", "Vectors", "Jacobian");

  private static String row(MetricDescription metric) {
    return "| `%s` | %s | %s | %s | %s |"
        .formatted(
            metric.name(), metric.unit(), metric.meaning(), metric.healthy(), metric.otherwise())
        .replace("|  |", "| |")
        .replace("|  |", "| |");
  }

  private static String table(boolean full) {
    StringBuilder table =
        new StringBuilder(
            "| %s | unit | what it means | healthy | otherwise |\n|---|---|---|---|---|\n"
                .formatted(full ? "FULL" : "CHEAP"));
    MetricDescription.all().stream()
        .filter(metric -> FULL.contains(metric.group()) == full)
        .forEach(metric -> table.append(row(metric)).append("\n"));
    return table.toString();
  }

  @Test
  void theTablesOfMetricsAreThoseOfTheirDescriptions() throws IOException {
    String page = Page.read("monitoring.md").text();
    assertThat(page).contains(table(false));
    assertThat(page).contains(table(true));
    assertThat(MetricGroup.GEOMETRY.tier()).isEqualTo(Tier.FULL);
    assertThat(MetricGroup.VECTORS.tier()).isEqualTo(Tier.FULL);
    assertThat(MetricGroup.JACOBIAN.tier()).isEqualTo(Tier.FULL);
  }

  @Test
  void theTableOfAggregates() throws IOException {
    StringBuilder table =
        new StringBuilder("| all heads | unit | what it means |\n|---|---|---|\n");
    MetricDescription.aggregates()
        .forEach(
            metric ->
                table.append(
                    "| `%s` | %s | %s |\n"
                        .formatted(metric.name(), metric.unit(), metric.meaning())));
    assertThat(Page.read("monitoring.md").text()).contains(table + "\n");
  }

  /** One N_s/N counts as saturated, in the paper, the rule, the page and here. */
  @Test
  void theBandOfSaturatedHeads() throws IOException {
    String page = Page.read("monitoring.md").text();
    assertThat(page)
        .contains(
            ("`separableShare` is at or below %.2f for 20 scheduled iterations,"
                    + " or at or below %.2f for 100")
                .formatted(Separability.SATURATED_FROM, Separability.SATURATED_TO));
    assertThat(AlarmRules.all()).hasSizeGreaterThan(5);
  }
}
