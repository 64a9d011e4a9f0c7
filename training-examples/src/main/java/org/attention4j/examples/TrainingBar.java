package org.attention4j.examples;

import java.io.PrintWriter;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows on standard error how far a comparison is, the loss of a model that trains and the time
 * left. Safe for use by several threads.
 */
final class TrainingBar implements AutoCloseable {
  private static final int WIDTH = 110;
  private static final int INTERVAL_MILLIS = 500;

  private final PrintWriter messages;
  private final int trials;
  private final int steps;
  private final ProgressBar bar;
  private int done;
  private int skipped;

  /**
   * Begins a bar.
   *
   * @param messages where it is drawn
   * @param trials how many models there are
   * @param steps how many steps each of them has
   */
  TrainingBar(PrintWriter messages, int trials, int steps) {
    this.messages = messages;
    this.trials = trials;
    this.steps = steps;
    bar =
        new ProgressBarBuilder()
            .setTaskName("compare")
            .setInitialMax((long) trials * steps)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(INTERVAL_MILLIS)
            .setConsumer(new DelegatingProgressBarConsumer(this::draw, WIDTH))
            .build();
  }

  /** A model took a step. */
  synchronized void onStep(String trial, double bits) {
    bar.setExtraMessage(
        " %d/%d, %s: %s bits/char".formatted(done, trials, trial, Numbers.fixed(bits, 3)));
    bar.step();
  }

  /** A model was there already; it takes no time. */
  synchronized void skip() {
    done++;
    skipped++;
    bar.maxHint((long) (trials - skipped) * steps);
  }

  /**
   * A model is finished.
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
    messages.println();
  }

  private void draw(String line) {
    messages.print("\r" + line);
    messages.flush();
  }
}
