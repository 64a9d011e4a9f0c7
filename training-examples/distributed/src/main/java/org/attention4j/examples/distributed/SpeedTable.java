package org.attention4j.examples.distributed;

import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;
import org.apache.spark.api.java.JavaSparkContext;
import org.attention4j.examples.report.Csv;
import org.attention4j.examples.report.Table;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.support.NamedNormalizer;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.LanguageModel;
import org.attention4j.examples.training.Settings;
import org.attention4j.examples.training.Text;

/**
 * Windows per second on one and two workers, as threads and as processes, with three averaging
 * frequencies. A worker computes on one thread everywhere.
 */
final class SpeedTable {
  private static final List<String> MASTERS =
      List.of("local[1]", "local[2]", "local-cluster[2,1,2048]");

  private static final List<Integer> FREQUENCIES = List.of(1, 5, 20);

  /**
   * So many batches each worker trains on a master before anything is measured there: until then
   * its code is being compiled, and the first row would be slower than the others for that.
   */
  private static final int FIRST_BATCHES = 200;

  /** And so many before each row, in which workspaces grow. */
  private static final int WARM_UP_BATCHES = 20;

  /** So many batches of each worker are counted, at least. */
  private static final int COUNTED_BATCHES = 100;

  /** A median of fewer rounds says little. */
  private static final int MIN_ROUNDS = 7;

  private static final double PERCENTILE_50 = 50;

  private final NamedNormalizer normalizer;
  private final Settings settings;
  private final Text text;
  private final URI folder;
  private final PrintWriter console;

  /**
   * Prepares.
   *
   * @param normalizer of the model
   * @param settings its sizes; the steps are not used
   * @param text the text
   * @param folder for the batches
   * @param console where lines appear as they are measured
   */
  SpeedTable(
      NamedNormalizer normalizer, Settings settings, Text text, URI folder, PrintWriter console) {
    this.normalizer = normalizer;
    this.settings = settings;
    this.text = text;
    this.folder = folder;
    this.console = console;
  }

  /** What one master did with one frequency. */
  private record Speed(String master, int averageEvery, double seconds, double windowsPerSecond) {}

  /**
   * Measures.
   *
   * @return a row for each master and frequency
   */
  Csv run() {
    List<Speed> speeds = new ArrayList<>();
    for (String name : MASTERS) {
      SparkMaster master = new SparkMaster(name);
      int workers = master.workers().orElseThrow();
      try (OpenSpark spark = new OpenSpark(master)) {
        train(spark.context(), plan(workers, FIRST_BATCHES), 1, round -> {});
        for (int averageEvery : FREQUENCIES) {
          Speed speed = measure(spark.context(), name, plan(workers, averageEvery));
          speeds.add(speed);
          console.printf(
              "%s, average every %s: %s windows/s%n",
              name,
              Numbers.count(averageEvery, "batch").replace("batchs", "batches"),
              Numbers.fixed(speed.windowsPerSecond(), 1));
          console.flush();
        }
      }
    }
    console.println();
    console.println(table(speeds).text());
    console.flush();
    return csv(speeds);
  }

  private Plan plan(int workers, int averageEvery) {
    return new Plan(workers, averageEvery, settings.batch(), 0);
  }

  private Speed measure(JavaSparkContext spark, String master, Plan plan) {
    int warmUp = rounds(WARM_UP_BATCHES, plan);
    int counted = Math.max(MIN_ROUNDS, rounds(COUNTED_BATCHES, plan));
    DescriptiveStatistics seconds = new DescriptiveStatistics();
    train(
        spark,
        plan,
        warmUp + counted,
        round -> {
          if (round.number() >= warmUp) {
            seconds.addValue(round.seconds());
          }
        });
    double median = seconds.getPercentile(PERCENTILE_50);
    return new Speed(
        master,
        plan.averageEvery(),
        median,
        plan.batchesPerRound() * (double) plan.batch() / median);
  }

  /** How many rounds hold at least so many batches of each worker. */
  private static int rounds(int batches, Plan plan) {
    return (batches + plan.averageEvery() - 1) / plan.averageEvery();
  }

  private void train(
      JavaSparkContext spark, Plan plan, int rounds, Consumer<WorkerRecords.Round> listener) {
    Settings all = Plan.withSteps(settings, rounds * plan.batchesPerRound());
    new SparkTraining(spark, plan)
        .train(
            LanguageModel.ofAnyLength(
                NamedAttention.of(normalizer.normalizer()), plan.ofWorker(all)),
            BatchFiles.write(BatchFiles.draw(text, all), folder),
            null,
            listener);
  }

  private static Table table(List<Speed> speeds) {
    List<Table.Row> rows = new ArrayList<>();
    for (int i = 0; i < speeds.size(); i++) {
      Speed speed = speeds.get(i);
      // The first master's rows come first, in the same order of frequencies.
      double one = speeds.get(i % FREQUENCIES.size()).windowsPerSecond();
      rows.add(
          Table.Row.of(
              List.of(
                  speed.master(),
                  Integer.toString(speed.averageEvery()),
                  Numbers.fixed(speed.seconds(), 3),
                  Numbers.fixed(speed.windowsPerSecond(), 1),
                  Numbers.fixed(speed.windowsPerSecond() / one, 2))));
    }
    return new Table(
        "",
        List.of("master", "average every", "s a round", "windows/s", "over " + MASTERS.get(0)),
        rows);
  }

  private static Csv csv(List<Speed> speeds) {
    Csv csv = new Csv("master", "average_every", "seconds_per_round", "windows_per_second");
    for (Speed speed : speeds) {
      csv.row(speed.master(), speed.averageEvery(), speed.seconds(), speed.windowsPerSecond());
    }
    return csv;
  }
}
