package org.attention4j.examples.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.attention4j.examples.support.CommandFailure;
import org.junit.jupiter.api.Test;

class WorkerRecordsTest {
  private static final int WORKERS = 3;
  private static final int AVERAGE_EVERY = 5;
  private final WorkerRecords records = new WorkerRecords(new Plan(WORKERS, AVERAGE_EVERY, 7, 0));

  private static WorkerReport report(int round, int worker, int attempt, int iteration) {
    double score = 100 * worker + iteration;
    return new WorkerReport(
        new WorkerReport.Task(round, worker, attempt), iteration, score, List.of(), List.of());
  }

  private static List<WorkerReport> attempt(int round, int worker, int attempt) {
    List<WorkerReport> reports = new ArrayList<>();
    for (int i = 0; i < AVERAGE_EVERY; i++) {
      reports.add(report(round, worker, attempt, round * AVERAGE_EVERY + i));
    }
    return reports;
  }

  @Test
  void eachIterationCountsOnceWhateverCameBackAndInWhichOrder() {
    List<WorkerReport> told = new ArrayList<>();
    for (int worker = 0; worker < WORKERS; worker++) {
      told.addAll(attempt(2, worker, 0));
    }
    told.addAll(attempt(2, 1, 1)); // its result got lost
    told.addAll(attempt(2, 1, 0)); // and a stage was run again as a whole
    told.addAll(attempt(1, 0, 2)); // late news of an earlier round
    Collections.shuffle(told, new Random(4));

    WorkerRecords.Round round = records.add(2, 0.5, told);

    assertThat(round.repeated()).isEmpty();
    for (int worker = 0; worker < WORKERS; worker++) {
      assertThat(round.reports().get(worker)).isEqualTo(attempt(2, worker, 0));
    }
    assertThat(round.score()).isEqualTo(100 + 12); // means of 0, 100, 200 and of 10 to 14
    assertThat(records.rounds()).containsExactly(round);
  }

  @Test
  void anAttemptThatCameBackInPartDoesNotCount() {
    List<WorkerReport> told = new ArrayList<>();
    told.addAll(attempt(0, 0, 0));
    told.addAll(attempt(0, 1, 0).subList(0, 3));
    told.addAll(attempt(0, 1, 1));
    told.addAll(attempt(0, 2, 3));

    WorkerRecords.Round round = records.add(0, 0.5, told);

    assertThat(round.repeated()).containsExactly(1, 2);
    assertThat(round.reports().get(1)).isEqualTo(attempt(0, 1, 1));
  }

  @Test
  void aMissingIterationIsAFailure() {
    List<WorkerReport> told = new ArrayList<>(attempt(0, 0, 0));
    told.addAll(attempt(0, 1, 0).subList(1, AVERAGE_EVERY));
    told.addAll(attempt(0, 2, 0));

    assertThatThrownBy(() -> records.add(0, 0.5, told))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("Worker 1 told 4 of the 5 iterations of round 1.");
  }
}
