package org.attention4j.examples.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.csv.CSVFormat;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.support.Numbers;

/**
 * The losses of a model as CSV, written row by row while training goes on: whenever the program
 * ends, the file holds whole rows only.
 */
final class LossLog implements AutoCloseable {
  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT.builder().setRecordSeparator('\n').get();

  private final Writer writer;
  private boolean open = true;
  private long rows;

  /**
   * Begins a log.
   *
   * @param file the file to write, replaced if it exists
   */
  LossLog(Path file) {
    try {
      writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CommandFailure("%s cannot be written.".formatted(file), e);
    }
    write(FORMAT.format("step", "train_bits_per_character"));
  }

  /**
   * Adds a row, unless the log is closed already.
   *
   * @param step the step, from 1
   * @param bits the loss in bits per character
   */
  synchronized void add(int step, double bits) {
    if (open) {
      write(FORMAT.format(step, Numbers.fixed(bits, 5)));
      rows++;
    }
  }

  /** How many steps are in the file. */
  synchronized long rows() {
    return rows;
  }

  @Override
  public synchronized void close() {
    open = false;
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String row) {
    try {
      writer.write(row + "\n");
      writer.flush();
    } catch (IOException e) {
      throw new CommandFailure("losses.csv cannot be written: %s.".formatted(e.getMessage()), e);
    }
  }
}
