package org.attention4j.examples.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.attention4j.examples.training.NativeThreads;
import org.attention4j.examples.training.Settings;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.alarms.AlarmRule;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.dataset.DataSet;

/** Training on Spark is what it says, to the last bit: the mean of networks trained apart. */
@Tag("slow")
class SparkTrainingTest {
  private static JavaSparkContext spark;

  /** Raised at every head on its third snapshot, which is in another round than the first. */
  private static final List<AlarmRule.Factory> RULES =
      List.of(AlarmRules.above("any", "entropy", 0, 3, "nothing"));

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    NativeThreads.use(1);
    spark = new JavaSparkContext(SmallTraining.local());
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  private record Trained(ComputationGraph network, WorkerRecords records) {
    float[] parameters() {
      return network.params().toFloatVector();
    }
  }

  private Trained train(
      JavaSparkContext context,
      Normalizer normalizer,
      Plan plan,
      int batches,
      Integer failingRound) {
    Settings all = SmallTraining.settings(batches);
    ComputationGraph network = SmallTraining.model(normalizer, all, plan);
    SparkTraining.Fault fault =
        failingRound == null ? null : new SparkTraining.Fault(failingRound, false);
    List<String> files = SmallTraining.files(SmallTraining.batches(all), folder);
    WorkerRecords records =
        new SparkTraining(context, plan).train(network, files, fault, round -> {});
    return new Trained(network, records);
  }

  @Test
  void severalRoundsAreTheMeansOfNetworksTrainedApart() {
    Plan plan = SmallTraining.plan(3, 0);
    Settings all = SmallTraining.settings(13); // two rounds of six; the last one is left out
    ComputationGraph start = SmallTraining.model(Normalizers.softmax(), all, plan);
    TrainedApart apart = new TrainedApart(start, plan).train(SmallTraining.batches(all));

    Trained trained = train(spark, Normalizers.softmax(), plan, 13, null);

    assertThat(trained.records().rounds()).hasSize(2);
    assertThat(trained.parameters())
        .isNotEqualTo(start.params().toFloatVector())
        .isEqualTo(apart.parameters());
    assertThat(trained.network().getUpdater().getStateViewArray().toFloatVector())
        .isEqualTo(apart.updaterState());
  }

  @Test
  void aFailedTaskIsRunAgainAndChangesNothing() {
    Plan plan = SmallTraining.plan(3, 2);
    Trained without = train(spark, Normalizers.ssmax(), plan, 12, null);

    Trained with = train(spark, Normalizers.ssmax(), plan, 12, 1);

    assertThat(with.records().rounds().get(0).repeated()).isEmpty();
    assertThat(with.records().rounds().get(1).repeated()).containsExactly(1);
    assertThat(with.parameters()).isEqualTo(without.parameters());
    for (int round = 0; round < 2; round++) {
      assertThat(measured(with.records().rounds().get(round)))
          .isEqualTo(measured(without.records().rounds().get(round)));
    }
  }

  /** What was told by worker and iteration, without who told it. */
  private static List<List<Object>> measured(WorkerRecords.Round round) {
    return round.reports().stream()
        .<List<Object>>map(
            worker ->
                worker.stream()
                    .<Object>map(
                        report ->
                            List.of(
                                report.iteration(),
                                report.score(),
                                report.layers(),
                                report.aggregates()))
                    .toList())
        .toList();
  }

  @Test
  void theDriverGetsWhatAMonitorBesideEachNetworkWouldReport() {
    Plan plan = SmallTraining.plan(3, 2);
    Settings all = SmallTraining.settings(12);
    TrainedApart apart =
        new TrainedApart(SmallTraining.model(Normalizers.entmax15(), all, plan), plan);
    List<Collected> beside = List.of(new Collected(), new Collected());
    for (int worker = 0; worker < 2; worker++) {
      apart.watch(
          worker,
          AttentionMonitor.builder()
              .every(2)
              .tier(Tier.CHEAP)
              .alarms(RULES)
              .reportTo(beside.get(worker))
              .build());
    }
    apart.train(SmallTraining.batches(all));
    List<Collected> told = List.of(new Collected(), new Collected());
    DriverMonitor monitor = new DriverMonitor(RULES, worker -> List.of(told.get(worker)));

    train(spark, Normalizers.entmax15(), plan, 12, 0).records().rounds().forEach(monitor);

    for (int worker = 0; worker < 2; worker++) {
      assertThat(told.get(worker).heads).hasSize(3 * 2 * 2); // iterations, layers, heads
      for (int i = 0; i < told.get(worker).heads.size(); i++) {
        assertThat(told.get(worker).heads.get(i)).isEqualTo(beside.get(worker).heads.get(i));
      }
      assertThat(told.get(worker).aggregates).isEqualTo(beside.get(worker).aggregates);
      assertThat(headsInAlarm(told.get(worker).aggregates))
          .containsExactly(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 2.0, 4.0);
    }
    assertThat(told.get(0).heads).isNotEqualTo(told.get(1).heads);
  }

  private static List<Double> headsInAlarm(List<AggregateRecord> aggregates) {
    return aggregates.stream().map(aggregate -> aggregate.metrics().get("headsInAlarm")).toList();
  }

  /** Records without the epoch: Deeplearning4j counts each round on Spark as one. */
  private static final class Collected implements Reporter {
    private final List<MetricRecord> heads = new ArrayList<>();
    private final List<AggregateRecord> aggregates = new ArrayList<>();

    @Override
    public void report(List<MetricRecord> records) {
      for (MetricRecord head : records) {
        heads.add(
            new MetricRecord(
                head.iteration(),
                0,
                head.split(),
                head.layer(),
                head.head(),
                head.metrics(),
                head.standardErrors()));
      }
    }

    @Override
    public void reportAggregate(AggregateRecord aggregate) {
      aggregates.add(
          new AggregateRecord(
              aggregate.iteration(), 0, aggregate.split(), aggregate.layer(), aggregate.metrics()));
    }
  }

  @Test
  void kryoChangesNothing() {
    Plan plan = SmallTraining.plan(2, 1);
    Trained java = train(spark, Normalizers.sink(), plan, 4, null);
    spark.close();
    SparkConf conf = SmallTraining.local();
    conf.set("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
    conf.set("spark.kryo.registrator", KryoTypes.class.getName());
    try (JavaSparkContext withKryo = new JavaSparkContext(conf)) {
      Trained kryo = train(withKryo, Normalizers.sink(), plan, 4, null);
      assertThat(kryo.parameters()).isEqualTo(java.parameters());
      assertThat(measured(kryo.records().rounds().get(0)))
          .isEqualTo(measured(java.records().rounds().get(0)));
    } finally {
      start();
    }
  }

  /** Every factory, with a number in its range for each parameter. */
  static Stream<Normalizer> normalizers() {
    return Arrays.stream(Normalizers.class.getMethods())
        .filter(method -> Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getReturnType() == Normalizer.class)
        .filter(method -> !Arrays.asList(method.getParameterTypes()).contains(String.class))
        .map(SparkTrainingTest::made);
  }

  private static Normalizer made(Method factory) {
    for (double number : new double[] {0.5, 1.5}) {
      Object[] arguments =
          Arrays.stream(factory.getParameterTypes())
              .map(
                  type ->
                      type == int.class
                          ? (Object) 2
                          : type == double.class ? (Object) number : Normalizers.softmax())
              .toArray();
      try {
        return (Normalizer) factory.invoke(null, arguments);
      } catch (InvocationTargetException e) {
        // Out of its range; the other number is in it.
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(e);
      }
    }
    throw new IllegalStateException(factory + " takes neither 0.5 nor 1.5.");
  }

  @ParameterizedTest
  @MethodSource("normalizers")
  void everyNormalizerTrainsWithItsParameters(Normalizer normalizer) {
    Plan plan = SmallTraining.plan(1, 0);
    Settings all = SmallTraining.settings(2);
    ComputationGraph start = SmallTraining.model(normalizer, all, plan);
    List<DataSet> batches = SmallTraining.batches(all);
    TrainedApart apart = new TrainedApart(start, plan).train(batches);

    Trained trained = train(spark, normalizer, plan, 2, null);

    assertThat(trained.parameters()).isEqualTo(apart.parameters());
    assertThat(trained.network().paramTable().keySet()).isEqualTo(start.paramTable().keySet());
  }
}
