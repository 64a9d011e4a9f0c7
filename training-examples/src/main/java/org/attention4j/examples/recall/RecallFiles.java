package org.attention4j.examples.recall;

import java.nio.file.Path;
import java.util.List;
import org.attention4j.examples.report.Csv;

/** All numbers of a study of recall, as CSV. */
final class RecallFiles {
  private RecallFiles() {}

  /**
   * Writes the files.
   *
   * @param directory where they go
   * @param runs the numbers, of all runs or as many as there are
   */
  static void write(Path directory, List<RecallRun> runs) {
    Csv accuracy = new Csv("task", "normalizer", "seed", "length", "accuracy", "attention");
    Csv attention =
        new Csv(
            "task",
            "normalizer",
            "seed",
            "length",
            "head",
            "normalized_entropy",
            "largest_weight",
            "separable_share",
            "distance",
            "min_weight",
            "max_weight",
            "min_score",
            "max_score");
    for (RecallRun run : runs) {
      String options = run.attention().options().toString();
      String task = run.task().label();
      String label = run.attention().label();
      for (RecallRun.AtLength at : run.lengths()) {
        accuracy.row(task, label, run.seed(), at.length(), at.accuracy(), options);
        for (RecallRun.Head head : at.heads()) {
          RecallRun.Extremes extremes = head.extremes();
          attention.row(
              task,
              label,
              run.seed(),
              at.length(),
              head.head(),
              head.entropy(),
              head.largest(),
              head.separable(),
              head.distance(),
              extremes.minWeight(),
              extremes.maxWeight(),
              extremes.minScore(),
              extremes.maxScore());
        }
      }
    }
    accuracy.write(directory.resolve("accuracy.csv"));
    attention.write(directory.resolve("attention.csv"));
  }
}
