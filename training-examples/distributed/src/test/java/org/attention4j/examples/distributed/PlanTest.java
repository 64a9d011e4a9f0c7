package org.attention4j.examples.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.training.Settings;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class PlanTest {
  private static final Plan PLAN = new Plan(3, 5, 7, 0);

  @Test
  void batchesThatFillNoRoundAreLeftOut() {
    assertThat(PLAN.batchesPerRound()).isEqualTo(15);
    assertThat(PLAN.rounds(44)).isEqualTo(2);
    assertThat(PLAN.used(44)).isEqualTo(30);
    assertThat(PLAN.ofWorker(new Settings(11, 44, 7, 13, 13, 1)))
        .isEqualTo(new Settings(11, 10, 7, 13, 13, 1));
  }

  @Test
  void tooFewBatchesForOneRoundAreRefused() {
    assertThatThrownBy(() -> PLAN.rounds(14))
        .isInstanceOf(BadArgument.class)
        .hasMessage(
            "--steps is 14 but a round of 3 workers with --average-every 5 takes 15 batches.");
  }

  @Test
  void impossibleValuesAreRefused() {
    assertThatThrownBy(() -> new Plan(0, 5, 7, 0))
        .isInstanceOf(BadArgument.class)
        .hasMessage("--workers is 0 but must be at least 1.");
    assertThatThrownBy(() -> new Plan(3, -1, 7, 0))
        .isInstanceOf(BadArgument.class)
        .hasMessage("--average-every is -1 but must be at least 1.");
    assertThatThrownBy(() -> new Plan(3, 5, 7, -1))
        .isInstanceOf(BadArgument.class)
        .hasMessage("--monitor-every is -1 but must be at least 0.");
  }

  @Test
  void joinedBatchesHoldWhatAllWorkersTrainAtTheSameTime() {
    List<DataSet> batches = new ArrayList<>();
    for (int i = 0; i < 13; i++) {
      batches.add(new DataSet(filled(i), filled(-i)));
    }

    List<DataSet> joined = OneMachine.joined(batches, new Plan(2, 3, 1, 0));

    assertThat(joined).hasSize(6); // two rounds of three; the thirteenth batch fills none
    int[][] expected = {{0, 3}, {1, 4}, {2, 5}, {6, 9}, {7, 10}, {8, 11}};
    for (int i = 0; i < expected.length; i++) {
      float[] features = joined.get(i).getFeatures().dup('c').data().asFloat();
      assertThat(features)
          .containsExactly(expected[i][0], expected[i][0], expected[i][1], expected[i][1]);
    }
  }

  private static INDArray filled(double value) {
    return Nd4j.valueArrayOf(new long[] {1, 1, 2}, value, DataType.FLOAT);
  }
}
