package org.attention4j.monitor;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Switches a reporter off at its first failure, so that it never stops training. */
final class GuardedReporter implements Reporter {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedReporter.class);

  private final Reporter reporter;
  private boolean failed;

  GuardedReporter(Reporter reporter) {
    this.reporter = reporter;
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
    if (!failed) {
      try {
        action.run();
      } catch (RuntimeException | LinkageError e) {
        failed = true;
        LOG.warn("Reporter {} failed and is switched off; training goes on.", reporter, e);
        closeQuietly();
      }
    }
  }

  @Override
  public void close() {
    if (!failed) {
      failed = true;
      closeQuietly();
    }
  }

  private void closeQuietly() {
    try {
      reporter.close();
    } catch (RuntimeException e) {
      LOG.debug("Reporter {} could not be closed.", reporter, e);
    }
  }
}
