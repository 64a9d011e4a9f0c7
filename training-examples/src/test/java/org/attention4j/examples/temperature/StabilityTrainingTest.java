package org.attention4j.examples.temperature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StabilityTrainingTest {
  private static final StabilitySettings TINY =
      new StabilitySettings(new Retrieval(2, 3, 2, 5), 5, 7, 11, 2);

  /** Five steps are too few to learn: every rate stalls or diverges. */
  @Test
  void everyTrainingIsWrittenDownAndComesBackFromJson() throws IOException {
    List<String> steps = new ArrayList<>();
    Stability result =
        new StabilityTraining(
                TINY, UpdateRule.SGD, TemperatureScaledNormalizer.of("softmax"), 0.1, 3)
            .run(steps::add);

    assertThat(steps)
        .hasSize((int) result.attempts().count())
        .hasSizeLessThanOrEqualTo(StabilityTraining.maxTrainings(TINY, UpdateRule.SGD))
        .containsOnly("sgd softmax T=0.1");
    assertThat(result.usual()).extracting(Stability.Attempt::start).containsExactly(0, 1);
    assertThat(result.usual()).extracting(Stability.Attempt::rate).containsOnly(1.0);
    assertThat(result.search()).extracting(Stability.Attempt::rate).contains(100.0);
    assertThat(result.attempts())
        .allSatisfy(
            attempt -> {
              assertThat(Double.isNaN(attempt.held()))
                  .isEqualTo(attempt.outcome() == Outcome.DIVERGED);
              assertThat(attempt.steps()).isBetween(1, 5);
            });

    JsonMapper json = new JsonMapper();
    assertThat(json.readValue(json.writeValueAsBytes(result), Stability.class)).isEqualTo(result);
  }

  /** The first scores do not know of T, and a search repeats itself. */
  @Test
  void aSeedFixesEverything() {
    Stability warm = run("sparsemax", 1);
    Stability cold = run("sparsemax", 0.01);

    assertThat(run("sparsemax", 1)).isEqualTo(warm);
    assertThat(cold.firstScores()).isCloseTo(warm.firstScores(), within(1e-5)).isPositive();
    assertThat(run("softmax", 0.01).firstScores()).isCloseTo(warm.firstScores(), within(1e-5));
  }

  private static Stability run(String label, double temperature) {
    return new StabilityTraining(
            TINY, UpdateRule.MOMENTUM, TemperatureScaledNormalizer.of(label), temperature, 3)
        .run(message -> {});
  }
}
