package org.attention4j.monitor.reporters;

import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.MetricDescription;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.jspecify.annotations.Nullable;

/** The reporters of this library. */
public final class Reporters {
  private Reporters() {}

  /**
   * Writes one short line per layer to the log, at level INFO: entropy, largest weight, largest
   * score and gradient norm, each with the lowest and the highest value of all heads. If none of
   * these is measured, the line has the first four metrics that are. A last line is about the whole
   * network: entropy from the lowest to the highest head, the largest score, the share of dead
   * heads and, with alarms, how many heads are in alarm.
   *
   * @return the reporter
   */
  public static Reporter log() {
    return new LogReporter(false);
  }

  /**
   * Writes one line per layer to the log, at level INFO, with the values of every metric and head:
   * about a thousand characters for four heads. Lines of every number of all heads follow, one for
   * each layer and one for the network.
   *
   * @return the reporter
   */
  public static Reporter logAll() {
    return new LogReporter(true);
  }

  /**
   * Appends one line with a JSON object for each record: {@code
   * {"iteration":50,"epoch":0,"layer":"att1","head":2,"metrics":{"entropy":1.25}}}, and one for all
   * heads of a layer, without {@code head}, and of the network, without {@code layer}. A metric
   * without a value is absent, a value that is NaN or infinite is {@code null}. UTF-8; each report
   * is written when it returns.
   *
   * @param file the file, which is created with its folder or continued
   * @return the reporter
   * @throws java.io.UncheckedIOException if the file cannot be opened
   * @throws IllegalStateException if another reporter is writing to it
   */
  public static Reporter jsonLines(Path file) {
    return JsonLinesReporter.ofRecords(given("jsonLines", "file", file));
  }

  /**
   * Appends one line with a JSON object for each alarm, with the components of {@link Alarm} as its
   * fields.
   *
   * @param file the file, which is created with its folder or continued
   * @return the reporter
   * @throws java.io.UncheckedIOException if the file cannot be opened
   * @throws IllegalStateException if another reporter is writing to it
   */
  public static Reporter alarmsAsJsonLines(Path file) {
    return JsonLinesReporter.ofAlarms(given("alarmsAsJsonLines", "file", file));
  }

  /**
   * Appends one line per number to a CSV file (RFC 4180, UTF-8), with the columns {@code
   * iteration,epoch,layer,head,metric,value,standardError,split}: so layers can have different
   * metrics. Each report is written when it returns.
   *
   * @param file the file, which is created or continued; a new or empty file gets a header
   * @return the reporter
   * @throws java.io.UncheckedIOException if the file cannot be opened
   * @throws IllegalStateException if another reporter is writing to it
   * @throws IllegalStateException if {@code org.apache.commons:commons-csv} is not on the class
   *     path
   */
  public static Reporter csv(Path file) {
    given("csv", "file", file);
    try {
      return new CsvReporter(file);
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "Reporters.csv needs org.apache.commons:commons-csv on the class path.", e);
    }
  }

  /**
   * Keeps a gauge with the newest value of each metric and head, with the tags {@code layer},
   * {@code head} and {@code split}, and of all heads; and counts alarms in {@code
   * attention.alarms}, with the tag {@code rule}, too. Names are lower case with dots, {@code
   * attention.normalized.entropy}, and have a unit and a description from {@link
   * MetricDescription}; a family such as {@code gradientNorm.Wq} is one name, {@code
   * attention.gradient.norm}, with the tag {@code parameter}. So Prometheus has {@code
   * attention_normalized_entropy_ratio}. Needs {@code io.micrometer:micrometer-core} on the class
   * path.
   *
   * @param registry the registry of the gauges
   * @return the reporter
   */
  public static Reporter micrometer(MeterRegistry registry) {
    return new MicrometerReporter(given("micrometer", "registry", registry));
  }

  /**
   * Writes an event file of TensorBoard: scalars {@code attention/<layer>/head<h>/<metric>},
   * numbers of all heads under {@code attention/<layer>/} and of the network under {@code
   * attention/model/}, a histogram of the heads' entropies {@code attention/<layer>/entropy}, and
   * alarms as text {@code attention/<layer>/alarms/<rule>}. The step is the iteration. Numbers are
   * FLOAT, as TensorBoard keeps them; standard errors are left out. Characters of names other than
   * ASCII letters, digits, {@code _}, {@code -} and {@code .} become {@code _}. Each report is
   * written when it returns.
   *
   * @param logDir the run's folder, which is created or gets one more file; {@linkplain
   *     org.attention4j.monitor.AttentionMonitor#measure other data than those of training} go to a
   *     folder of their split's name in it. Runs in several folders of one folder are shown side by
   *     side
   * @return the reporter
   * @throws java.io.UncheckedIOException if the file cannot be made
   * @throws IllegalStateException if another reporter is writing to the folder
   */
  public static Reporter tensorBoard(Path logDir) {
    return new TensorBoardReporter(given("tensorBoard", "folder", logDir));
  }

  /**
   * Keeps records and alarms in memory.
   *
   * @param capacity how many of each to keep, at least 1; the oldest are dropped
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
   * @param session the name under which the page lists the run; each run needs its own name, and a
   *     continued run keeps its name
   * @return the reporter
   * @throws IllegalArgumentException if the name is blank or contains {@code #} or {@code @@@},
   *     which a FileStatsStorage cannot store
   */
  public static Reporter statsStorage(StatsStorageRouter storage, String session) {
    return new StatsStorageReporter(
        given("statsStorage", "storage", storage), given("statsStorage", "session", session));
  }

  /**
   * Protects training from a reporter: after its first failure the reporter is closed and never
   * called again, and one warning says so.
   *
   * @param reporter any reporter
   * @return one that never throws
   */
  public static Reporter guarded(Reporter reporter) {
    return new IsolatedReporter(given("guarded", "reporter", reporter));
  }

  /** The argument, which must not be null. */
  private static <T> T given(String factory, String what, @Nullable T argument) {
    if (argument == null) {
      throw new IllegalArgumentException(
          "Reporters.%s: the %s is null but must be given.".formatted(factory, what));
    }
    return argument;
  }
}
