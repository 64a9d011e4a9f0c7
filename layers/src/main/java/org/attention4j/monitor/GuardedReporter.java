package org.attention4j.monitor;

import java.util.List;

/** Switches a reporter off at its first failure, so that it never stops training. */
final class GuardedReporter implements Reporter {
  private final Reporter reporter;
  private final Guard guard;
  private boolean closed;

  GuardedReporter(Reporter reporter) {
    this.reporter = reporter;
    guard = Guard.of("Reporter", reporter);
  }

  @Override
  public void report(List<MetricRecord> records) {
    run(() -> reporter.report(records));
  }

  @Override
  public void reportLayer(LayerReport layer) {
    run(() -> reporter.reportLayer(layer));
  }

  @Override
  public void alarm(Alarm alarm) {
    run(() -> reporter.alarm(alarm));
  }

  private void run(Runnable action) {
    if (!closed && !guard.run(action)) {
      close();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      guard.runLast(reporter::close);
    }
  }
}
