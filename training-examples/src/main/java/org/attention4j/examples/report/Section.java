package org.attention4j.examples.report;

import java.util.List;

/**
 * A part of a report under a heading of its own.
 *
 * @param heading what it is about
 * @param blocks from top to bottom
 */
public record Section(String heading, List<Block> blocks) {
  /**
   * Copies the blocks.
   *
   * @param heading what it is about
   * @param blocks from top to bottom
   */
  public Section {
    blocks = List.copyOf(blocks);
  }

  /**
   * Makes a section.
   *
   * @param heading what it is about
   * @param blocks from top to bottom
   * @return the section
   */
  public static Section of(String heading, Block... blocks) {
    return new Section(heading, List.of(blocks));
  }
}
