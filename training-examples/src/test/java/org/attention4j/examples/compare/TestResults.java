package org.attention4j.examples.compare;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Results as if they had been trained. */
final class TestResults {
  private TestResults() {}

  /** A normalizer with bits per character at the context of the training, one for each seed. */
  static NormalizerResult result(String label, double... bits) {
    List<TrialResult> trials = new ArrayList<>();
    for (int seed = 0; seed < bits.length; seed++) {
      List<Double> atLength = Double.isNaN(bits[seed]) ? List.of() : List.of(bits[seed]);
      trials.add(trial(label, seed, atLength, null, List.of()));
    }
    return new NormalizerResult(label, trials);
  }

  /** A training; one without bits broke down at step 3. */
  static TrialResult trial(
      String label,
      long seed,
      List<Double> bitsAtLength,
      @Nullable List<Double> recall,
      List<Checkpoint> checkpoints) {
    return new TrialResult(
        label,
        "{}",
        "",
        seed,
        bitsAtLength,
        recall,
        bitsAtLength.isEmpty() ? 3 : null,
        1,
        1,
        1,
        1,
        new Memory(1, 1),
        List.of(),
        List.of(),
        checkpoints,
        List.of(),
        "");
  }
}
