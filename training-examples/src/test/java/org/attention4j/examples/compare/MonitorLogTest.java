package org.attention4j.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of a file that the monitor wrote: heads in training. */
class MonitorLogTest {
  @TempDir private Path folder;

  private static MetricRecord head(String split, int head, double entropy) {
    return new MetricRecord(
        50, 0, split, "att", head, Map.of("entropy", entropy), Map.of("entropy", 0.5));
  }

  @Test
  void aggregatesAndOtherDataAreSkipped() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    try (Reporter reporter = Reporters.jsonLines(file)) {
      reporter.report(List.of(head(null, 0, 1), head(null, 1, 2)));
      reporter.reportAggregate(new AggregateRecord(50, 0, null, "att", Map.of("entropyMean", 9.0)));
      reporter.reportAggregate(new AggregateRecord(50, 0, null, null, Map.of("entropy", 9.0)));
      reporter.report(List.of(head("validation", 0, 9)));
    }
    MonitorLog.check(file);
    MonitorLog log = new MonitorLog();
    log.add(file);
    assertThat(log.heads())
        .containsExactly(new MonitorLog.Head("att", 0), new MonitorLog.Head("att", 1));
    assertThat(log.curve("entropy").values()).containsExactly(1.5);
    assertThat(log.curve("entropyMean").values()).isEmpty();
  }

  @Test
  void whatTheMonitorDoesNotWrite() throws IOException {
    Path file = Files.writeString(folder.resolve("bad.jsonl"), "{\"iteration\":1,\"head\":0}\n");
    assertThatThrownBy(() -> MonitorLog.check(file))
        .hasMessage("line 1 is not what the monitor writes");
  }
}
