package org.attention4j.monitor;

import java.util.List;

/** Switches a reporter off at its first failure, so that it never stops training. */
final class IsolatedReporter implements Reporter {
  private final Reporter reporter;
  private final FaultIsolator guard;
  private boolean closed;

  IsolatedReporter(Reporter reporter) {
    this.reporter = reporter;
    guard = FaultIsolator.of("Reporter", reporter);
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
