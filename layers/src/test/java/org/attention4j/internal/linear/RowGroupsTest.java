package org.attention4j.internal.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every entry of every group, of both sizes, and the zeros around them. */
class RowGroupsTest {
  private static final int FROM = 3;
  private static final int START = 5;

  private final FloatsToPack floats = new FloatsToPack();

  @ParameterizedTest
  @CsvSource({
    "4, 1, 1", "4, 2, 7", "4, 7, 13", "4, 16, 32", "4, 17, 53", "4, 64, 101",
    "6, 1, 1", "6, 2, 7", "6, 7, 13", "6, 12, 32", "6, 17, 53", "6, 64, 101"
  })
  void ofRowsAndOfColumns(int size, int rows, int columns) {
    RowGroups layout = new RowGroups(size);
    int padded = layout.roundUp(rows) + size;
    int depth = columns + 3;
    float[] byRow = floats.numbers(FROM + rows * (columns + 2));
    float[] byColumn = floats.numbers(FROM + columns * (rows + 2));
    float[] ofRows = FloatsToPack.dirty(START + padded * depth + 1);
    float[] ofColumns = FloatsToPack.dirty(START + padded * columns + 1);
    layout.ofRows(byRow, FROM, columns + 2, rows, columns, ofRows, START, padded, depth, 2);
    layout.ofColumns(byColumn, FROM, rows + 2, columns, rows, ofColumns, START, padded, 2);
    for (int row = 0; row < padded; row++) {
      for (int column = 0; column < depth; column++) {
        boolean inside = row < rows && column < columns;
        float expected = inside ? 2 * byRow[FROM + row * (columns + 2) + column] : 0;
        assertThat(ofRows[START + at(size, row, column, depth)])
            .as("row %d, column %d", row, column)
            .isEqualTo(expected);
        if (column < columns) {
          expected = inside ? 2 * byColumn[FROM + column * (rows + 2) + row] : 0;
          assertThat(ofColumns[START + at(size, row, column, columns)])
              .as("column %d, row %d", column, row)
              .isEqualTo(expected);
        }
      }
    }
    for (float[] groups : new float[][] {ofRows, ofColumns}) {
      assertThat(Arrays.copyOf(groups, START)).containsOnly(Float.NaN);
      assertThat(groups[groups.length - 1]).as("after the last group").isNaN();
    }
  }

  private static int at(int size, int row, int column, int columns) {
    return row / size * size * columns + column * size + row % size;
  }
}
