package org.attention4j.examples.training;

import java.io.PrintWriter;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.attention4j.examples.support.Launch;

/**
 * Shows on standard error how far a command is, what a training has come to and the time left: one
 * line that is drawn over on a terminal, a line now and then elsewhere. Safe for use by several
 * threads.
 */
final class TrainingBar implements AutoCloseable {
  private static final int WIDTH = 110;
  private static final int FRAME_MILLIS = 500;
  private static final int LINE_MILLIS = 15_000;

  private final PrintWriter messages;
  private final int trainings;
  private final boolean drawsOver;
  private final ProgressBar bar;
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
    this.messages = messages;
    this.trainings = trainings;
    drawsOver = Launch.drawsOver();
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(drawsOver ? FRAME_MILLIS : LINE_MILLIS)
            .setConsumer(new DelegatingProgressBarConsumer(this::draw, WIDTH))
            .build();
  }

  /** A model took a step. */
  synchronized void step(String message) {
    bar.setExtraMessage(" %d/%d, %s".formatted(done, trainings, message));
    bar.step();
  }

  /** A training was there already; it takes no time. */
  synchronized void skip(int steps) {
    done++;
    bar.maxHint(bar.getMax() - steps);
  }

  /**
   * A training is finished.
   *
   * @param left the steps that it did not come to
   */
  synchronized void end(int left) {
    done++;
    bar.stepBy(left);
  }

  @Override
  public void close() {
    bar.close();
    if (drawsOver) {
      messages.println();
    }
    messages.flush();
  }

  private void draw(String line) {
    if (drawsOver) {
      messages.print("\r" + line);
    } else {
      messages.println(line.stripTrailing());
    }
    messages.flush();
  }
}
