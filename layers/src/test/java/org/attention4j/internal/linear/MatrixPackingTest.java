package org.attention4j.internal.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.attention4j.internal.vector.FloatOps;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every entry of every panel, sums of features and lengths that fill no panel included. */
class MatrixPackingTest {
  private static final int PANEL = FloatOps.TILES.panel();
  private static final int FROM = 3;
  private static final int START = 5;

  private final Random random = new Random(7);

  private float[] numbers(int length) {
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /** What is left from before must not show. */
  private static float[] dirty(int length) {
    float[] x = new float[length];
    Arrays.fill(x, Float.NaN);
    return x;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 7", "7, 13", "16, 32", "17, 53", "64, 101", "67, 16"})
  void cutsRowsIntoPanelsOfTheirEntries(int rows, int length) {
    int stride = length + 2;
    float[] x = numbers(FROM + rows * stride);
    int padded = MatrixPacking.roundUp(length, PANEL);
    float[] panels = dirty(START + padded * rows);
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
    float[] x = numbers(FROM + rows * stride);
    int columns = MatrixPacking.roundUp(rows, PANEL / 2);
    int depth = MatrixPacking.roundUp(length, PANEL);
    float[] panels = dirty(START + columns * depth);
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
  @CsvSource({"1, 1", "2, 7", "7, 13", "16, 32", "17, 53", "64, 101", "67, 16"})
  void groupsOfEntriesAndOfRows(int rows, int length) {
    int stride = length + 2;
    float[] x = numbers(FROM + rows * stride);
    int paddedRows = MatrixPacking.roundUp(rows, 4);
    int paddedLength = MatrixPacking.roundUp(length, 8);
    float[] entries = dirty(START + rows * paddedLength);
    float[] transposed = dirty(START + paddedRows * paddedLength);
    MatrixPacking.entryGroups(x, FROM, stride, rows, length, entries, START, paddedLength, 2);
    MatrixPacking.rowGroups(
        x, FROM, stride, rows, length, transposed, START, paddedRows, paddedLength, 2);
    for (int c = 0; c < paddedRows; c++) {
      for (int i = 0; i < paddedLength; i++) {
        float expected = c < rows && i < length ? 2 * x[FROM + c * stride + i] : 0;
        int at = START + (c / 4 * paddedLength + i) * 4 + c % 4;
        assertThat(transposed[at]).as("row %d, entry %d", c, i).isEqualTo(expected);
        if (c < rows) {
          at = START + (i / 4 * rows + c) * 4 + i % 4;
          assertThat(entries[at]).as("entry %d of row %d", i, c).isEqualTo(expected);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "7, 13", "16, 32", "17, 53"})
  void theWayBackIsTheInverse(int rows, int length) {
    float[] x = numbers(rows * length);
    float[] across = dirty(rows * length);
    float[] back = dirty(rows * length);
    MatrixPacking.transpose(x, 0, length, rows, length, across, 0, rows, 2);
    MatrixPacking.columns(across, 0, rows, rows, length, back, 0, length, 0.5f);
    assertThat(back).containsExactly(x);
  }
}
