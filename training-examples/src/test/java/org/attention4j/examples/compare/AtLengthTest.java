package org.attention4j.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.attention4j.examples.report.Table.Row;
import org.attention4j.examples.training.Alphabet;
import org.attention4j.examples.training.Text;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AtLengthTest {
  private static final Experiment EXPERIMENT =
      new Experiment(List.of("softmax"), List.of(), List.of(1L, 2L), 24, 5, 2, 8, 2, 3, true, null);

  private static NormalizerResult result(
      String label, List<Double> bits, @Nullable List<Double> recall) {
    return new NormalizerResult(
        label,
        List.of(
            TestResults.trial(label, 1, bits, recall, List.of()),
            TestResults.trial(
                label,
                2,
                List.of(2.5, 2.75, 3.0, 3.25),
                List.of(0.5, 0.25, 0.25, 0.0, 0.125),
                List.of())));
  }

  @Test
  void theTableHasMeansOverTheSeedsAtEachLength() {
    List<NormalizerResult> results =
        List.of(
            result("softmax", List.of(2.0, 2.25, 2.5, 2.75), List.of(0.95, 0.75, 0.5, 0.25, 0.125)),
            result("broken", List.of(), Collections.nCopies(5, Double.NaN)));

    AtLength atLength = new AtLength(results, EXPERIMENT);

    assertThat(atLength.table().headings())
        .containsExactly(
            "normalizer",
            "bits/char at 24",
            "at 48",
            "at 96",
            "at 192",
            "recall at 32",
            "at 64",
            "at 128",
            "at 256",
            "at 512",
            "learned");
    assertThat(atLength.table().rows())
        .extracting(Row::cells)
        .containsExactly(
            List.of(
                "softmax", "2.250", "2.500", "2.750", "3.000", "0.73", "0.50", "0.38", "0.13",
                "0.13", "1/2"),
            List.of("broken", "–", "–", "–", "–", "0.50", "0.25", "0.25", "0.00", "0.13", "0/2"));
  }

  @Test
  void aShortTextIsJudgedAtFewerLengths() {
    // 16 windows of 7 characters and one character after them.
    assertThat(Validation.multiples(text(16 * 7 + 1), 7)).containsExactly(1, 2, 4, 8);
    assertThat(Validation.multiples(text(16 * 7), 7)).containsExactly(1, 2, 4);
    assertThat(Validation.multiples(text(8), 7)).containsExactly(1);
  }

  private static Text text(int length) {
    return Alphabet.encode("a".repeat(length));
  }
}
