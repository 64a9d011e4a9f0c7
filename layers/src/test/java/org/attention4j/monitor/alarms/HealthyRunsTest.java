package org.attention4j.monitor.alarms;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.monitor.reporters.LayerReport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Trainings that work, taken far past convergence with all rules and {@code stopOnAlarm()}: none is
 * stopped. {@link RecordedRunsTest} has the same for each build, from recordings.
 */
@Tag("slow")
final class HealthyRunsTest {
  private static final int ITERATIONS = 1600;

  static List<HealthyRuns.Run> all() {
    return HealthyRuns.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void noRuleStopsIt(HealthyRuns.Run run) {
    List<LayerReport> reports = new ArrayList<>();
    run.network()
        .setListeners(HealthyRuns.watching(reports).alarms(AlarmRules.all()).stopOnAlarm().build());
    double score = run.train(ITERATIONS);
    assertThat(score).isLessThan(0.1 * reports.get(0).score());
    assertThat(run.network().getIterationCount()).isEqualTo(ITERATIONS);
  }
}
