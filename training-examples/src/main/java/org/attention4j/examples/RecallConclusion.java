package org.attention4j.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a study of recall came to, in sentences made of its numbers. */
final class RecallConclusion {
  /** A model that answers so often at the length of training has learned the task. */
  static final double LEARNED = 0.95;

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
    for (NamedNormalizer normalizer : study.normalizers()) {
      double near = accuracy(study, task, normalizer, false);
      double far = accuracy(study, task, normalizer, true);
      String change =
          "%s (%s to %s)"
              .formatted(normalizer.label(), Numbers.fixed(near, 2), Numbers.fixed(far, 2));
      if (near < LEARNED) {
        unlearned.add(change);
      } else if (near - far <= HELD) {
        hold.add(change);
      } else {
        fade.add(change);
      }
    }
    LogLogFit fit = study.vanishing(task, study.softmax());
    int[] lengths = study.settings().lengths();
    return "%s, accuracy at L = %d and at L = %d. Hold: %s. Fade: %s. Did not learn the task in this time: %s. The largest weight of softmax falls with L with the slope %s (\u22121 is 1/L); its weights lie %s the envelope of Lemma 1."
        .formatted(
            capital(task.label),
            lengths[0],
            lengths[lengths.length - 1],
            list(hold),
            list(fade),
            list(unlearned),
            fit.text(),
            study.isWithinEnvelope(task) ? "all within" : "not all within");
  }

  private static double accuracy(
      RecallStudy study, RecallTask task, NamedNormalizer normalizer, boolean far) {
    int[] lengths = study.settings().lengths();
    return study
        .spread(
            task,
            normalizer,
            far ? lengths[lengths.length - 1] : lengths[0],
            RecallRun.AtLength::accuracy)
        .mean();
  }

  private static String list(List<String> items) {
    return items.isEmpty() ? "none" : String.join(", ", items);
  }

  static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
