package org.attention4j.examples.report;

import java.util.List;

/**
 * One picture, or several of a kind side by side, with their numbers beneath.
 *
 * @param figures the pictures
 * @param numbers the tables that hold what the pictures show; may be empty
 */
public record Gallery(List<Figure> figures, List<Table> numbers) implements Block {
  /**
   * Copies the lists.
   *
   * @param figures the pictures
   * @param numbers their numbers
   */
  public Gallery {
    figures = List.copyOf(figures);
    numbers = List.copyOf(numbers);
  }

  /**
   * A single picture.
   *
   * @param figure the picture
   * @param numbers its numbers
   * @return the gallery
   */
  public static Gallery of(Figure figure, Table... numbers) {
    return new Gallery(List.of(figure), List.of(numbers));
  }

  /**
   * Pictures side by side.
   *
   * @param figures the pictures
   * @param numbers their numbers
   * @return the gallery
   */
  public static Gallery of(List<Figure> figures, Table... numbers) {
    return new Gallery(figures, List.of(numbers));
  }
}
