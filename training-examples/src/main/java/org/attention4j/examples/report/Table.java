package org.attention4j.examples.report;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A table for people: the first column names the rows, the others hold numbers or words.
 *
 * @param caption what it shows; may be empty
 * @param headings one for each column
 * @param rows as many cells as headings in each
 */
public record Table(String caption, List<String> headings, List<Row> rows) implements Block {
  private static final String BLANK = "\u2013";

  /** How a row stands out. */
  public enum Emphasis {
    /** Not at all. */
    NONE,
    /** As the one to look at. */
    STRONG,
    /** As something to compare the others with. */
    FAINT
  }

  /**
   * One row.
   *
   * @param cells the text of each cell
   * @param curve the number of the curve that this row belongs to, whose colour it then shows
   * @param emphasis how it stands out
   */
  public record Row(List<String> cells, OptionalInt curve, Emphasis emphasis) {
    /**
     * Copies the cells.
     *
     * @param cells the text of each cell
     * @param curve the curve's number
     * @param emphasis how it stands out
     */
    public Row {
      cells = List.copyOf(cells);
    }

    /**
     * A row like any other.
     *
     * @param cells the text of each cell
     * @return the row
     */
    public static Row of(List<String> cells) {
      return new Row(cells, OptionalInt.empty(), Emphasis.NONE);
    }

    /**
     * A row that belongs to a curve.
     *
     * @param curve the curve's number, from 0
     * @param cells the text of each cell
     * @return the row
     */
    public static Row ofCurve(int curve, List<String> cells) {
      return new Row(cells, OptionalInt.of(curve), Emphasis.NONE);
    }

    /**
     * This row, standing out.
     *
     * @param how in what way
     * @return a copy
     */
    public Row with(Emphasis how) {
      return new Row(cells, curve, how);
    }
  }

  /**
   * Copies the lists and checks their lengths.
   *
   * @param caption what it shows
   * @param headings one for each column
   * @param rows the rows
   * @throws IllegalArgumentException if a row has another number of cells than there are headings
   */
  public Table {
    headings = List.copyOf(headings);
    rows = List.copyOf(rows);
    for (Row row : rows) {
      if (row.cells().size() != headings.size()) {
        throw new IllegalArgumentException(
            "The table '%s' has %d headings but a row with %d cells."
                .formatted(caption, headings.size(), row.cells().size()));
      }
    }
  }

  /**
   * Lays the table out for a terminal: the first column and words to the left, numbers to the
   * right.
   *
   * @return lines, each with its end
   */
  public String text() {
    List<List<String>> lines = new ArrayList<>(List.of(headings));
    rows.forEach(row -> lines.add(row.cells()));
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder out = new StringBuilder();
      for (int column = 0; column < line.size(); column++) {
        int at = column;
        int width = lines.stream().mapToInt(other -> other.get(at).length()).max().orElse(0);
        String padding = " ".repeat(width - line.get(column).length());
        out.append(column == 0 ? "" : "  ")
            .append(isWords(column) ? line.get(column) + padding : padding + line.get(column));
      }
      text.append(out.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }

  /** For each column whether it holds words rather than numbers. */
  List<Boolean> words() {
    return IntStream.range(0, headings.size()).mapToObj(this::isWords).toList();
  }

  private boolean isWords(int column) {
    return column == 0
        || rows.stream()
            .map(row -> row.cells().get(column))
            .anyMatch(cell -> !cell.isEmpty() && isWord(cell));
  }

  /** Whether a cell begins with a letter; a dash stands for a number that is not there. */
  private static boolean isWord(String cell) {
    return !cell.equals(BLANK) && !cell.equals("NaN") && Character.isLetter(cell.codePointAt(0));
  }
}
