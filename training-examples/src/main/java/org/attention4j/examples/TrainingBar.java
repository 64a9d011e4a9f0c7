package org.attention4j.examples;

import java.io.PrintWriter;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows on standard error how far one model is, its loss and the time left. */
final class TrainingBar implements Training.StepListener, AutoCloseable {
  private static final int WIDTH = 100;
  private static final int INTERVAL_MILLIS = 500;

  private final PrintWriter messages;
  private final ProgressBar bar;

  /**
   * Begins a bar.
   *
   * @param messages where it is drawn
   * @param task what it is about
   * @param steps how many steps there are
   */
  TrainingBar(PrintWriter messages, String task, int steps) {
    this.messages = messages;
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(INTERVAL_MILLIS)
            .setConsumer(new DelegatingProgressBarConsumer(this::draw, WIDTH))
            .build();
  }

  @Override
  public void onStep(int step, double bits) {
    bar.setExtraMessage(" " + Numbers.fixed(bits, 3) + " bits/char");
    bar.stepTo(step);
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
