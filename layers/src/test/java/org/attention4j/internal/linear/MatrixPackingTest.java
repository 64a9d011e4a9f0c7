package org.attention4j.internal.linear;

import static org.assertj.core.api.Assertions.assertThat;

import org.attention4j.internal.vector.FloatOps;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every entry of every panel, sums of features and lengths that fill no panel included. */
class MatrixPackingTest {
  private static final int PANEL = FloatOps.TILES.panel();
  private static final int FROM = 3;
  private static final int START = 5;

  private final FloatsToPack floats = new FloatsToPack();

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 7", "7, 13", "16, 32", "17, 53", "64, 101", "67, 16"})
  void cutsRowsIntoPanelsOfTheirEntries(int rows, int length) {
    int stride = length + 2;
    float[] x = floats.numbers(FROM + rows * stride);
    int padded = MatrixPacking.roundUp(length, PANEL);
    float[] panels = FloatsToPack.dirty(START + padded * rows);
    MatrixPacking.cut(x, FROM, stride, rows, length, panels, START);
    for (int c = 0; c < rows; c++) {
      for (int i = 0; i < padded; i++) {
        float expected = i < length ? x[FROM + c * stride + i] : 0;
        int at = START + i / PANEL * PANEL * rows + c * PANEL + i % PANEL;
        assertThat(panels[at]).as("row %d, entry %d", c, i).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 7", "7, 13", "16, 32", "17, 53", "64, 101", "67, 16"})
  void transposesRowsIntoPanelsOfRows(int rows, int length) {
    int stride = length + 2;
    float[] x = floats.numbers(FROM + rows * stride);
    int columns = MatrixPacking.roundUp(rows, PANEL / 2);
    int depth = MatrixPacking.roundUp(length, PANEL);
    float[] panels = FloatsToPack.dirty(START + columns * depth);
    MatrixPacking.cutAcross(x, FROM, stride, rows, length, panels, START, columns, depth);
    for (int c = 0; c < columns; c++) {
      int first = c / PANEL * PANEL;
      int width = Math.min(PANEL, columns - first);
      for (int i = 0; i < depth; i++) {
        float expected = c < rows && i < length ? x[FROM + c * stride + i] : 0;
        int at = START + first * depth + i * width + c - first;
        assertThat(panels[at]).as("row %d, entry %d", c, i).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "7, 13", "16, 32", "17, 53"})
  void theWayBackIsTheInverse(int rows, int length) {
    float[] x = floats.numbers(rows * length);
    float[] across = FloatsToPack.dirty(rows * length);
    float[] back = FloatsToPack.dirty(rows * length);
    MatrixPacking.transpose(x, 0, length, rows, length, across, 0, rows, 2);
    MatrixPacking.columns(across, 0, rows, rows, length, back, 0, length, 0.5f);
    assertThat(back).containsExactly(x);
  }
}
