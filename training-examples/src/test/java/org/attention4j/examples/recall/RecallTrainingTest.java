package org.attention4j.examples.recall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.examples.retrieval.RecallModel;
import org.attention4j.examples.retrieval.RecallTask;
import org.attention4j.examples.retrieval.RetrievalModel;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.monitor.metrics.MetricRecord;
import org.junit.jupiter.api.Test;

class RecallTrainingTest {
  private static final int STEPS = 2 * RecallTraining.LOOK_INTERVAL + 1;

  @Test
  void theMonitorSeesEachHeadAndChangesNothing() {
    RecallTraining training =
        new RecallTraining(
            new RecallSettings(7, List.of(1, 2), STEPS, 5, 11),
            RecallTask.LARGEST,
            NamedAttention.parse("ssmax"),
            3);
    List<MetricRecord> seen = new ArrayList<>();

    RecallRun watched = training.run(List.of(seen::addAll), message -> {});
    RecallRun unwatched = training.run(List.of(), message -> {});

    assertThat(watched).isEqualTo(unwatched);
    assertThat(seen)
        .hasSize(3 * RecallModel.HEADS)
        .allSatisfy(
            one -> {
              assertThat(one.layer()).isEqualTo(RetrievalModel.ATTENTION);
              assertThat(one.metrics()).containsKeys("entropy", "maxLogit");
            });
    assertThat(seen.stream().map(MetricRecord::iteration).distinct())
        .containsExactly(0, RecallTraining.LOOK_INTERVAL, 2 * RecallTraining.LOOK_INTERVAL);
  }
}
