package org.attention4j.examples.training;

import java.io.PrintWriter;
import org.attention4j.examples.support.ProgressLine;

/**
 * Shows on standard error how far a command is, what a training has come to and the time left. Safe
 * for use by several threads.
 */
final class TrainingBar implements AutoCloseable {
  private final int trainings;
  private final ProgressLine line;
  private int done;

  /**
   * Begins a bar.
   *
   * @param task what it is about, in a word
   * @param trainings how many models there are
   * @param steps how many steps they have together
   * @param messages where it is drawn
   */
  TrainingBar(String task, int trainings, long steps, PrintWriter messages) {
    this.trainings = trainings;
    line = new ProgressLine(task, steps, messages);
  }

  /** A model took a step. */
  synchronized void step(String message) {
    line.step(" %d/%d, %s".formatted(done, trainings, message));
  }

  /** A training was there already; it takes no time. */
  synchronized void skip(int steps) {
    done++;
    line.shorten(steps);
  }

  /**
   * A training is finished.
   *
   * @param left the steps that it did not come to
   */
  synchronized void end(int left) {
    done++;
    line.stepBy(left);
  }

  @Override
  public void close() {
    line.close();
  }
}
