package org.attention4j.examples.support;

import java.io.PrintWriter;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows on standard error how far a command is and the time left: one line that is drawn over on a
 * terminal, a line now and then elsewhere.
 */
public final class ProgressLine implements AutoCloseable {
  private static final int WIDTH = 110;
  private static final int FRAME_MILLIS = 500;
  private static final int LINE_MILLIS = 15_000;

  private final PrintWriter messages;
  private final boolean drawsOver;
  private final ProgressBar bar;

  /**
   * Begins a line.
   *
   * @param task what it is about, in a word
   * @param steps how many steps there are
   * @param messages where it is drawn
   */
  public ProgressLine(String task, long steps, PrintWriter messages) {
    this.messages = messages;
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

  /**
   * A step is done.
   *
   * @param message what it came to
   */
  public void step(String message) {
    bar.setExtraMessage(message);
    bar.step();
  }

  /**
   * Steps are done, or will not be.
   *
   * @param steps how many
   */
  public void stepBy(int steps) {
    bar.stepBy(steps);
  }

  /**
   * There are fewer steps than was said.
   *
   * @param steps how many fewer
   */
  public void shorten(int steps) {
    bar.maxHint(bar.getMax() - steps);
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
