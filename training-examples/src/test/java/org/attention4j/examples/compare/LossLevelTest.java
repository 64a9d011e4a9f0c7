package org.attention4j.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.training.Baselines;
import org.junit.jupiter.api.Test;

class LossLevelTest {
  private static final Baselines BASELINES = new Baselines(4.5, 3.5, 2.5);

  private static NormalizerResult result(String label, Checkpoint... checkpoints) {
    return new NormalizerResult(
        label, List.of(TestResults.trial(label, 1, List.of(3.0), null, List.of(checkpoints))));
  }

  @Test
  void itIsTheLowestBaselineThatAllCameBelow() {
    NormalizerResult fast =
        result("fast", new Checkpoint(5, 1.5, 1.25, 3.5), new Checkpoint(10, 3, 2.5, 2.25));
    NormalizerResult slow =
        result("slow", new Checkpoint(5, 2.5, 1.25, 4.0), new Checkpoint(10, 7, 2.75, 3.25));
    NormalizerResult hopeless = result("hopeless", new Checkpoint(5, 1, 1, 4.5));

    assertThat(LossLevel.of(List.of(fast), BASELINES)).contains(new LossLevel("trigram", 2.5));
    assertThat(LossLevel.of(List.of(fast, slow), BASELINES)).contains(new LossLevel("bigram", 3.5));
    assertThat(LossLevel.of(List.of(fast, slow, hopeless), BASELINES)).isEmpty();
  }

  @Test
  void theTimeIsThatOfTheFirstCheckpointBelow() {
    LossLevel level = new LossLevel("bigram", 3.5);
    TrialResult trial =
        result(
                "a",
                new Checkpoint(5, 1.5, 1.25, 3.5),
                new Checkpoint(10, 3, 2.5, 3.4),
                new Checkpoint(15, 4, 3.5, 3.6),
                new Checkpoint(20, 6, 5.5, 3.0))
            .trials()
            .get(0);

    assertThat(level.time(trial, Checkpoint::seconds)).isEqualTo(3);
    assertThat(level.time(trial, Checkpoint::cpuSeconds)).isEqualTo(2.5);
    assertThat(new LossLevel("trigram", 2.5).time(trial, Checkpoint::seconds)).isNaN();
  }

  @Test
  void normalizersWithWhichATrainingBrokeDownDoNotCount() {
    NormalizerResult well = result("well", new Checkpoint(5, 1.5, 1.25, 2.25));
    NormalizerResult broken =
        new NormalizerResult(
            "broken", List.of(TestResults.trial("broken", 1, List.of(), null, List.of())));

    assertThat(LossLevel.of(List.of(well, broken), BASELINES))
        .contains(new LossLevel("trigram", 2.5));
  }

  @Test
  void theTableHasTheMeanTimeOfTheSeedsAndTheChartTheMeanCurve() {
    NormalizerResult result =
        new NormalizerResult(
            "a",
            List.of(
                TestResults.trial(
                    "a",
                    1,
                    List.of(3.0),
                    null,
                    List.of(new Checkpoint(5, 1.5, 1, 3.4), new Checkpoint(10, 3, 2, 3.0))),
                TestResults.trial(
                    "a", 2, List.of(3.0), null, List.of(new Checkpoint(5, 2.5, 1, 3.25)))));

    Table table = ResultTable.of(List.of(result), BASELINES);
    assertThat(table.headings().get(5)).isEqualTo("s to bigram");
    assertThat(table.rows().get(0).cells().get(5)).isEqualTo("2.0");
    ValidationCurve curve = ValidationCurve.of(result);
    assertThat(curve.seconds()).containsExactly(2.0);
    assertThat(curve.bits()).containsExactly((3.4 + 3.25) / 2);
  }
}
