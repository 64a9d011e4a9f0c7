package org.attention4j.examples.recall;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.attention4j.examples.retrieval.RecallExam;
import org.attention4j.examples.retrieval.RecallTask;
import org.attention4j.examples.statistics.Evidence;
import org.attention4j.examples.statistics.LogLogFit;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.support.Numbers;

/** What a study of recall came to, in sentences made of its numbers. */
final class RecallConclusion {
  /** A model that loses no more than this at the longest length holds. */
  static final double HELD = 0.05;

  private RecallConclusion() {}

  /** The sentences, one paragraph for each task. */
  static List<String> of(RecallStudy study) {
    List<String> paragraphs = new ArrayList<>();
    for (RecallTask task : RecallTask.values()) {
      paragraphs.add(of(study, task));
    }
    return paragraphs;
  }

  private static String of(RecallStudy study, RecallTask task) {
    List<String> hold = new ArrayList<>();
    List<String> fade = new ArrayList<>();
    List<String> unlearned = new ArrayList<>();
    int[] lengths = study.settings().lengths();
    for (NamedAttention attention : study.attentions()) {
      List<RecallRun> runs = study.runs(task, attention);
      List<RecallRun> learned =
          runs.stream().filter(run -> run.at(lengths[0]).accuracy() >= RecallExam.LEARNED).toList();
      List<RecallRun> judged = learned.isEmpty() ? runs : learned;
      double near = accuracy(judged, lengths[0]);
      double far = accuracy(judged, lengths[lengths.length - 1]);
      String change =
          "%s (%s to %s%s)"
              .formatted(
                  attention.label(),
                  Numbers.fixed(near, 2),
                  Numbers.fixed(far, 2),
                  judged.size() < runs.size()
                      ? ", %d of %d seeds".formatted(judged.size(), runs.size())
                      : "");
      if (learned.isEmpty()) {
        unlearned.add(change);
      } else if (near - far <= HELD) {
        hold.add(change);
      } else {
        fade.add(change);
      }
    }
    return Evidence.seeds(study.seeds().size())
        .or(() -> learnedByNone(study, task))
        .map(missing -> measured(study, task, missing))
        .orElseGet(() -> verdict(study, task, hold, fade, unlearned));
  }

  private static String verdict(
      RecallStudy study,
      RecallTask task,
      List<String> hold,
      List<String> fade,
      List<String> unlearned) {
    int[] lengths = study.settings().lengths();
    LogLogFit fit = study.vanishing(task, study.softmax());
    return "%s, accuracy at L = %d and at L = %d of the seeds that learned the task. Hold: %s. Fade: %s. Did not learn the task in this time: %s. The largest weight of softmax falls with L with the slope %s (\u22121 is 1/L); its weights lie %s the envelope of Lemma 1."
        .formatted(
            capital(task.label()),
            lengths[0],
            lengths[lengths.length - 1],
            list(hold),
            list(fade),
            list(unlearned),
            fit.text(),
            study.isWithinEnvelope(task) ? "all within" : "not all within");
  }

  private static Optional<String> learnedByNone(RecallStudy study, RecallTask task) {
    int length = study.settings().lengths()[0];
    double largest =
        study.runs().stream()
            .filter(run -> run.task() == task)
            .mapToDouble(run -> run.at(length).accuracy())
            .max()
            .orElse(Double.NaN);
    return largest >= RecallExam.LEARNED
        ? Optional.empty()
        : Optional.of(
            ("no model has learned the task: at the length of training the best answers %s of the"
                    + " questions, chance is %s, and %s count as learned; more --steps are needed")
                .formatted(
                    Numbers.fixed(largest, 2),
                    Numbers.fixed(1.0 / RecallTask.ANSWERS, 2),
                    Numbers.fixed(RecallExam.LEARNED, 2)));
  }

  /** The numbers alone. */
  private static String measured(RecallStudy study, RecallTask task, String missing) {
    int[] lengths = study.settings().lengths();
    int longest = lengths[lengths.length - 1];
    String numbers =
        study.attentions().stream()
            .map(
                attention ->
                    "%s %s and %s"
                        .formatted(
                            attention.label(),
                            Numbers.fixed(accuracy(study.runs(task, attention), lengths[0]), 2),
                            Numbers.fixed(accuracy(study.runs(task, attention), longest), 2)))
            .collect(Collectors.joining("; "));
    return "%s, no verdict: %s. Measured accuracy at L = %d and at L = %d: %s."
        .formatted(capital(task.label()), missing, lengths[0], longest, numbers);
  }

  private static double accuracy(List<RecallRun> runs, int length) {
    return runs.stream().mapToDouble(run -> run.at(length).accuracy()).average().orElseThrow();
  }

  private static String list(List<String> items) {
    return items.isEmpty() ? "none" : String.join(", ", items);
  }

  static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
