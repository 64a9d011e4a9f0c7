package org.attention4j.examples.distributed;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.attention4j.examples.support.CommandFailure;

/**
 * What all workers told, each iteration once. Spark may run a part of a round several times: after
 * a failure, or when a result got lost. The accumulator then holds what each successful attempt
 * told; one of them counts.
 */
final class WorkerRecords {
  private final Plan plan;
  private final List<Round> rounds = new ArrayList<>();

  WorkerRecords(Plan plan) {
    this.plan = plan;
  }

  /**
   * One round.
   *
   * @param number counted from 0
   * @param seconds how long it took
   * @param score the mean score of all its batches, each before its update
   * @param repeated the workers whose part had to be run again
   * @param reports by worker, then by iteration
   */
  record Round(
      int number,
      double seconds,
      double score,
      List<Integer> repeated,
      List<List<WorkerReport>> reports) {
    Round {
      repeated = List.copyOf(repeated);
      reports = reports.stream().map(List::copyOf).toList();
    }
  }

  /** The rounds in order. */
  List<Round> rounds() {
    return List.copyOf(rounds);
  }

  /**
   * Adds a round.
   *
   * @param number the round
   * @param seconds how long it took
   * @param told what the accumulator holds, in any order; of other rounds nothing is taken
   * @return the round
   * @throws CommandFailure if an iteration of a worker is missing
   */
  Round add(int number, double seconds, Collection<WorkerReport> told) {
    List<List<WorkerReport>> byWorker = new ArrayList<>();
    List<Integer> repeated = new ArrayList<>();
    for (int worker = 0; worker < plan.workers(); worker++) {
      List<WorkerReport> ofOne = firstAttempt(number, worker, told);
      if (ofOne.get(0).task().attempt() > 0) {
        repeated.add(worker);
      }
      byWorker.add(ofOne);
    }
    double score =
        byWorker.stream()
            .flatMap(List::stream)
            .mapToDouble(WorkerReport::score)
            .average()
            .orElseThrow();
    Round round = new Round(number, seconds, score, repeated, byWorker);
    rounds.add(round);
    return round;
  }

  private List<WorkerReport> firstAttempt(int round, int worker, Collection<WorkerReport> told) {
    Map<Integer, Map<Integer, WorkerReport>> attempts = new TreeMap<>();
    for (WorkerReport each : told) {
      if (each.task().round() == round && each.task().worker() == worker) {
        attempts
            .computeIfAbsent(each.task().attempt(), attempt -> new TreeMap<>())
            .put(each.iteration(), each);
      }
    }
    return attempts.values().stream()
        .filter(attempt -> attempt.size() == plan.averageEvery())
        .findFirst()
        .map(attempt -> List.copyOf(attempt.values()))
        .orElseThrow(
            () ->
                new CommandFailure(
                    "Worker %d told %d of the %d iterations of round %d."
                        .formatted(
                            worker,
                            attempts.values().stream()
                                .map(Map::size)
                                .max(Comparator.naturalOrder())
                                .orElse(0),
                            plan.averageEvery(),
                            round + 1)));
  }
}
