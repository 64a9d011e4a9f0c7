package org.attention4j.monitor.reporters;

import java.util.List;
import org.attention4j.internal.monitor.FaultIsolator;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;

/** Switches a reporter off at its first failure, so that it cannot stop training. */
final class IsolatedReporter implements Reporter {
  private final Reporter reporter;
  private final FaultIsolator isolator;
  private boolean closed;

  IsolatedReporter(Reporter reporter) {
    this.reporter = reporter;
    isolator = FaultIsolator.of("Reporter", reporter);
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

  @Override
  public void reportAggregate(AggregateRecord aggregate) {
    run(() -> reporter.reportAggregate(aggregate));
  }

  private void run(Runnable action) {
    if (!closed && !isolator.run(action)) {
      close();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      isolator.runLast(reporter::close);
    }
  }
}
