package org.attention4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.math3.stat.StatUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoreDataTest {
  @Test
  void cellIsReadAndWritten() {
    CoreCell cell = CoreCell.parse("32x512x64");
    assertThat(cell).isEqualTo(new CoreCell(32, 512, 64)).hasToString("32x512x64");
    assertThat(cell.forwardFlops()).isEqualTo(4.0 * 32 * 512 * 512 * 64);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "32x512", "32x512x64x1", "axbxc", "-1x2x3"})
  void cellOfAnotherForm(String text) {
    assertThatThrownBy(() -> CoreCell.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The cell is '%s' but must be of the form 32x512x64.", text);
  }

  @Test
  void rowMajorSwapsTheLastTwoAxes() {
    CoreData data = CoreData.draw(new CoreCell(2, 3, 5), 1);
    float[] rowMajor = data.rowMajor(data.q());
    assertThat(rowMajor[(1 * 3 + 2) * 5 + 4]).isEqualTo(data.q()[(1 * 5 + 4) * 3 + 2]);
    assertThat(data.channelMajor(rowMajor)).isEqualTo(data.q()).isNotEqualTo(rowMajor);
  }

  /** Of 20 topics of five tokens, tokens 35 to 39 are the topic 7, which attends to 7, 8 and 9. */
  @Test
  void queriesAttendToTopics() {
    CoreData data = CoreData.drawTopics(new CoreCell(2, 100, 29), 0, 0.85);
    for (int key = 0; key < 100; key++) {
      double score = 0;
      for (int c = 0; c < 29; c++) {
        score += data.scale() * data.q()[(29 + c) * 100 + 38] * data.k()[(29 + c) * 100 + key];
      }
      assertThat(score).isCloseTo(key >= 35 && key < 50 ? 8 : 0, within(1e-5));
    }
  }

  @Test
  void scoresHaveTheDeviationAskedFor() {
    CoreCell cell = new CoreCell(1, 211, 61);
    CoreData data = CoreData.draw(cell, 3);
    double[] scores = new double[211 * 211];
    for (int query = 0; query < 211; query++) {
      for (int key = 0; key < 211; key++) {
        for (int feature = 0; feature < 61; feature++) {
          scores[query * 211 + key] +=
              data.scale() * data.q()[feature * 211 + query] * data.k()[feature * 211 + key];
        }
      }
    }
    assertThat(Math.sqrt(StatUtils.variance(scores))).isCloseTo(3, within(0.1));
  }

  @Test
  void drawsAreRepeatable() {
    CoreCell cell = new CoreCell(2, 3, 5);
    assertThat(CoreData.draw(cell, 1).outputGradient())
        .isEqualTo(CoreData.draw(cell, 3).outputGradient());
  }
}
