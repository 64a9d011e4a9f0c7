package org.attention4j.monitor;

import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.deeplearning4j.core.storage.StatsStorageRouter;

/** The reporters of this library. */
public final class Reporters {
  private Reporters() {}

  /**
   * Writes one short line a layer to the log, at level INFO: entropy, largest weight, largest score
   * and gradient norm, each with its lowest and highest value of any head; if none of these is
   * measured, the first four metrics that are.
   *
   * @return the reporter
   */
  public static Reporter log() {
    return new LogReporter(false);
  }

  /**
   * Writes one line a layer to the log, at level INFO, with every metric's values of all heads:
   * about a thousand characters for four heads.
   *
   * @return the reporter
   */
  public static Reporter logAll() {
    return new LogReporter(true);
  }

  /**
   * Appends one JSON object a line for each record: {@code
   * {"iteration":50,"epoch":0,"layer":"att1","head":2,"metrics":{"entropy":1.25}}}. A metric
   * without a value is absent, a value that is NaN or infinite is {@code null}. UTF-8; each report
   * is written when it returns.
   *
   * @param file the file; made if absent, with its folder, and continued otherwise
   * @return the reporter
   * @throws java.io.UncheckedIOException if the file cannot be opened
   * @throws IllegalStateException if another reporter is writing to it
   */
  public static Reporter jsonLines(Path file) {
    return JsonLinesReporter.ofRecords(file);
  }

  /**
   * Appends one JSON object a line for each alarm, with the components of {@link Alarm} as its
   * fields.
   *
   * @param file the file; made if absent, with its folder, and continued otherwise
   * @return the reporter
   * @throws java.io.UncheckedIOException if the file cannot be opened
   * @throws IllegalStateException if another reporter is writing to it
   */
  public static Reporter alarmsAsJsonLines(Path file) {
    return JsonLinesReporter.ofAlarms(file);
  }

  /**
   * Appends one line a number to a CSV file (RFC 4180, UTF-8), with the columns {@code
   * iteration,epoch,layer,head,metric,value}: layers need not have the same metrics. Each report is
   * written when it returns.
   *
   * @param file the file; made with a header if absent or empty, and continued otherwise
   * @return the reporter
   * @throws java.io.UncheckedIOException if the file cannot be opened
   * @throws IllegalStateException if another reporter is writing to it
   * @throws IllegalStateException if {@code org.apache.commons:commons-csv} is not on the class
   *     path
   */
  public static Reporter csv(Path file) {
    try {
      return new CsvReporter(file);
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "Reporters.csv needs org.apache.commons:commons-csv on the class path.", e);
    }
  }

  /**
   * Keeps a gauge for each metric of each head, with the tags {@code layer} and {@code head}, at
   * its newest value; and counts alarms in {@code attention.alarms}, with the tag {@code rule}
   * besides. Names are lower case with dots, {@code attention.normalized.entropy}, and have a unit
   * and a description from {@link MetricDescription}; a family such as {@code gradientNorm.Wq} is
   * one name, {@code attention.gradient.norm}, with the tag {@code parameter}. Prometheus so has
   * {@code attention_normalized_entropy_ratio}. Needs {@code io.micrometer:micrometer-core} on the
   * class path.
   *
   * @param registry where the gauges go
   * @return the reporter
   */
  public static Reporter micrometer(MeterRegistry registry) {
    return new MicrometerReporter(registry);
  }

  /**
   * Keeps records and alarms in memory.
   *
   * @param capacity how many of each to keep, at least 1; the oldest go first
   * @return the reporter
   * @throws IllegalArgumentException if the capacity is not positive
   */
  public static History history(int capacity) {
    return new History(capacity);
  }

  /**
   * Stores metrics, score, alarms and the latest weights of a few rows as {@link StoredAttention},
   * for the page in Deeplearning4j's training UI; see {@link org.attention4j.monitor.ui}. Needs
   * {@code deeplearning4j-core}, which comes with {@code deeplearning4j-ui}.
   *
   * @param storage a StatsStorage, in memory or a file, or a router to one elsewhere; the caller
   *     closes it
   * @return the reporter, with a session of its own, named after the time
   */
  public static Reporter statsStorage(StatsStorageRouter storage) {
    String time =
        LocalDateTime.now(ZoneId.systemDefault())
            .truncatedTo(ChronoUnit.SECONDS)
            .toString()
            .replace('T', ' ');
    int draw = ThreadLocalRandom.current().nextInt(1 << 16);
    return statsStorage(storage, "%s %04x".formatted(time, draw).toLowerCase(Locale.ROOT));
  }

  /**
   * As {@link #statsStorage(StatsStorageRouter)}, under a session of a given name.
   *
   * @param storage the storage
   * @param session what the page lists the run as; one name for each run, and for one that is
   *     continued the same again
   * @return the reporter
   * @throws IllegalArgumentException if the name is blank or has {@code #} or {@code @@@} in it,
   *     which a file cannot keep
   */
  public static Reporter statsStorage(StatsStorageRouter storage, String session) {
    return new StatsStorageReporter(storage, session);
  }

  /**
   * Shields training from a reporter: after its first failure it is closed, never called again, and
   * one warning says so.
   *
   * @param reporter any reporter
   * @return one that never throws
   */
  public static Reporter guarded(Reporter reporter) {
    return new IsolatedReporter(reporter);
  }
}
