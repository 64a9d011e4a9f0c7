package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.alarms.AttentionAlarmException;
import org.attention4j.monitor.metrics.HeadProbe;
import org.attention4j.monitor.metrics.MetricRecord;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.History;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.samediff.Attention;
import org.attention4j.samediff.AttentionResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.listeners.ListenerVariables;
import org.nd4j.autodiff.listeners.Operation;
import org.nd4j.autodiff.samediff.NameScope;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

final class SameDiffMonitorTest {
  private static final int STEPS = 5;
  private static final int SIZE = 7;
  private static final int EXAMPLES = 3;

  private final History history = Reporters.history(999);

  @BeforeEach
  void seed() {
    Nd4j.getRandom().setSeed(5);
  }

  private MonitorBuilder monitor() {
    return AttentionMonitor.builder().every(1).examples(99).rows(99).topN(3).reportTo(history);
  }

  /** Two attentions, one in a name scope; the first with a learned parameter. */
  private static SameDiff graph(Normalizer normalizer, DataType type) {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", type, -1, STEPS, SIZE);
    SDVariable labels = sd.placeHolder("labels", type, -1, STEPS, SIZE);
    SDVariable first;
    try (NameScope decoder = sd.withNameScope("decoder")) {
      SDVariable q = projected(x, "Wq");
      first =
          Attention.attention()
              .heads(1)
              .normalizer(normalizer)
              .causal(true)
              .apply(q, q, x)
              .output();
    }
    SDVariable y = projected(first, "Wv");
    AttentionResult second = Attention.attention().apply(y, first, y);
    second.output().rename("output");
    sd.loss.meanSquaredError("loss", labels, second.output(), null);
    sd.setLossVariables("loss");
    sd.setTrainingConfig(
        TrainingConfig.builder()
            .updater(new Adam(0.01))
            .dataSetFeatureMapping("x")
            .dataSetLabelMapping("labels")
            .build());
    return sd;
  }

  private static SDVariable projected(SDVariable x, String name) {
    SameDiff sd = x.getSameDiff();
    SDVariable weights = sd.var(name, Nd4j.randn(x.dataType(), SIZE, SIZE).muli(0.5));
    return x.reshape(-1, SIZE).mmul(weights).reshape(-1, STEPS, SIZE);
  }

  private static DataSet data(DataType type) {
    Nd4j.getRandom().setSeed(29);
    return new DataSet(
        Nd4j.randn(type, EXAMPLES, STEPS, SIZE), Nd4j.randn(type, EXAMPLES, STEPS, SIZE));
  }

  private static SameDiff trained(SameDiffMonitor monitor, int iterations) {
    Nd4j.getRandom().setSeed(5);
    SameDiff sd = graph(Normalizers.ssmax(), DataType.DOUBLE);
    sd.setListeners(monitor);
    for (int i = 0; i < iterations; i++) {
      sd.fit(data(DataType.DOUBLE));
    }
    return sd;
  }

  @Test
  void layersHaveTheNamesOfTheirAttention() {
    trained(monitor().buildForSameDiff(), 1);
    assertThat(history.layers()).containsExactlyInAnyOrder("attention", "decoder/attention");
    Map<String, Double> first = history.latest("decoder/attention", 0).orElseThrow().metrics();
    assertThat(first)
        .containsKeys(
            "normalizer.s", "gradientNorm.s", "updateRatio.s", "gradientNorm.Wq", "temperature")
        .doesNotContainKeys("gradientNorm.Wv");
    // Keys are the same product as queries.
    assertThat(first.get("gradientNorm.Wk")).isEqualTo(first.get("gradientNorm.Wq"));
    assertThat(history.latest("attention", 0).orElseThrow().metrics())
        .containsKeys("gradientNorm.Wq", "gradientNorm.Wv", "scoresGradientNorm")
        .doesNotContainKeys("gradientNorm.Wk");
  }

  @Test
  void severalInOneScopeHaveNamesAndParametersOfTheirOwn() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.var("x", Nd4j.randn(DataType.DOUBLE, 2, 3, STEPS, SIZE));
    try (NameScope scope = sd.withNameScope("a")) {
      Attention.attention().normalizer(Normalizers.ssmax()).apply(x, x, x);
      Attention.attention().normalizer(Normalizers.ssmax()).apply(x, x, x);
      Attention.attention().name("cross").apply(x, x, x);
    }
    assertThat(sd.hasVariable("a/attention/s")).isTrue();
    assertThat(sd.hasVariable("a/attention_1/s")).isTrue();
    monitor().buildForSameDiff().measure(sd, Map.of(), "test");
    assertThat(history.layers())
        .containsExactlyInAnyOrder("a/attention", "a/attention_1", "a/cross");
    assertThat(history.records()).hasSize(9);
  }

  @Test
  void measuresOnlyWhenDueAndChangesNothing() {
    SameDiff watched = trained(monitor().every(3).tier(Tier.FULL).buildForSameDiff(), 7);
    SameDiff alone = trained(monitor().every(1000).buildForSameDiff(), 7);
    assertThat(history.records().stream().map(MetricRecord::iteration).distinct())
        .containsExactly(0, 3, 6);
    for (String name : List.of("Wq", "Wv", "decoder/attention/s")) {
      assertThat(watched.getVariable(name).getArr()).isEqualTo(alone.getVariable(name).getArr());
    }
  }

  /** An array that counts how often anyone asks it for something. */
  private static INDArray counting(INDArray array, int[] calls) {
    return (INDArray)
        Proxy.newProxyInstance(
            INDArray.class.getClassLoader(),
            new Class<?>[] {INDArray.class},
            (proxy, method, arguments) -> {
              calls[0]++;
              return method.invoke(array, arguments);
            });
  }

  @Test
  void requestsNoVariableAndTouchesNoArrayWhenNotDue() {
    SameDiff sd = graph(Normalizers.softmax(), DataType.DOUBLE);
    sd.fit(data(DataType.DOUBLE)); // makes the gradient function
    List<String> names = new ArrayList<>(sd.variableMap().keySet());
    SameDiffMonitor monitor = monitor().every(2).buildForSameDiff();
    int[] calls = new int[1];
    INDArray array = counting(Nd4j.rand(DataType.DOUBLE, EXAMPLES, 1, STEPS, STEPS), calls);
    int[] ofIteration = new int[2];
    for (int iteration = 0; iteration < 2; iteration++) {
      calls[0] = 0;
      At at = At.builder().iteration(iteration).operation(Operation.TRAINING).build();
      monitor.iterationStart(sd, at, data(DataType.DOUBLE).toMultiDataSet(), 0);
      ListenerVariables wanted = monitor.requiredVariables(sd);
      for (Operation operation : Operation.values()) {
        assertThat(wanted.requiredVariables(operation)).isEmpty();
      }
      for (String name : names) {
        monitor.activationAvailable(sd, at, null, null, name, array);
      }
      ofIteration[iteration] = calls[0];
    }
    assertThat(ofIteration[0]).isPositive();
    assertThat(ofIteration[1]).isZero();
    assertThat(monitor.isActive(Operation.INFERENCE)).isFalse();
  }

  @Test
  void aLoadedGraphIsWatchedAsTheOneThatWasSaved(@TempDir Path folder) throws IOException {
    SameDiff sd = graph(Normalizers.entmaxWithLearnableAlpha(1.4), DataType.FLOAT);
    File file = folder.resolve("graph.fb").toFile();
    sd.save(file, true);
    SameDiff loaded = SameDiff.load(file, true);
    loaded.setLossVariables("loss");
    History ofLoaded = Reporters.history(99);
    sd.setListeners(monitor().tier(Tier.FULL).buildForSameDiff());
    loaded.setListeners(
        AttentionMonitor.builder()
            .every(1)
            .examples(99)
            .rows(99)
            .topN(3)
            .tier(Tier.FULL)
            .reportTo(ofLoaded)
            .buildForSameDiff());
    sd.fit(data(DataType.FLOAT));
    loaded.fit(data(DataType.FLOAT));
    assertThat(ofLoaded.records()).hasSize(2).isEqualTo(history.records());
    assertThat(history.records().get(1).metrics())
        .containsKeys("jacobianSpectral", "normalizer.alpha", "gradientNorm.alphaLogit");
  }

  @Test
  void aLambdaIsWatchedToo() {
    SameDiff sd =
        graph((graph, scores, context) -> graph.nn.softmax(scores.mul(2), 3), DataType.DOUBLE);
    sd.setListeners(monitor().tier(Tier.FULL).buildForSameDiff());
    sd.fit(data(DataType.DOUBLE));
    assertThat(history.latest("decoder/attention", 0).orElseThrow().metrics())
        .containsKeys("entropy", "scoresGradientNorm", "distance")
        .doesNotContainKeys("temperature", "jacobianSpectral");
  }

  @Test
  void half() {
    SameDiff sd = graph(Normalizers.ssmax(), DataType.FLOAT16);
    // Adam's epsilon is zero in HALF.
    sd.getTrainingConfig().setUpdater(new Sgd(0.01));
    sd.setListeners(monitor().buildForSameDiff());
    sd.fit(data(DataType.FLOAT16));
    assertThat(history.records()).hasSize(2);
    for (MetricRecord metricRecord : history.records()) {
      assertThat(metricRecord.metrics().get("rowMass")).isCloseTo(1, within(1e-6));
      assertThat(metricRecord.metrics().get("nonFinite")).isZero();
    }
  }

  @Test
  void anAlarmStopsTrainingAfterACompleteIteration() {
    List<Alarm> called = new ArrayList<>();
    SameDiff sd = graph(Normalizers.softmax(0.05), DataType.DOUBLE);
    INDArray before = sd.getVariable("Wq").getArr().dup();
    sd.setListeners(
        monitor().alarms(AlarmRules.all()).onAlarm(called::add).stopOnAlarm().buildForSameDiff());
    assertThatThrownBy(() -> sd.fit(data(DataType.DOUBLE)))
        .isInstanceOf(AttentionAlarmException.class)
        .hasMessageContaining("head 0 of layer decoder/attention: the temperature is 0.0500");
    assertThat(called).extracting(Alarm::rule).containsOnly("cold-softmax");
    assertThat(sd.getVariable("Wq").getArr()).isNotEqualTo(before);
    assertThat(sd.getTrainingConfig().getIterationCount()).isEqualTo(1);
    sd.setListeners(monitor().buildForSameDiff());
    sd.fit(data(DataType.DOUBLE));
    assertThat(history.latest("attention", 0).orElseThrow().iteration()).isEqualTo(1);
  }

  @Test
  void whatFailsIsSwitchedOffAndTrainingGoesOn() {
    int[] calls = new int[2];
    Reporter broken =
        records -> {
          calls[0]++;
          throw new IllegalStateException("reporter");
        };
    Schedule brokenSchedule =
        (iteration, epoch, first) -> {
          calls[1]++;
          throw new IllegalStateException("schedule");
        };
    trained(monitor().reportTo(broken).buildForSameDiff(), 3);
    assertThat(calls[0]).isEqualTo(1);
    assertThat(history.records()).hasSize(6);
    trained(monitor().schedule(brokenSchedule).buildForSameDiff(), 3);
    assertThat(calls[1]).isEqualTo(1);
    assertThat(history.records()).hasSize(6);
  }

  @Test
  void onlyTheFirstGraphIsWatched() {
    SameDiffMonitor monitor = monitor().buildForSameDiff();
    try (LogCapture log = new LogCapture()) {
      trained(monitor, 2);
      trained(monitor, 2);
      assertThat(log.lines("is a listener of another network")).isEqualTo(1);
    }
    assertThat(history.records()).hasSize(4);
  }

  @Test
  void aGraphWithoutAttentionGetsOneWarning() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, STEPS, SIZE);
    SDVariable labels = sd.placeHolder("labels", DataType.DOUBLE, -1, STEPS, SIZE);
    sd.loss.meanSquaredError("loss", labels, projected(x, "W"), null);
    sd.setLossVariables("loss");
    sd.setTrainingConfig(graph(Normalizers.softmax(), DataType.DOUBLE).getTrainingConfig());
    sd.setListeners(monitor().buildForSameDiff());
    try (LogCapture log = new LogCapture()) {
      sd.fit(data(DataType.DOUBLE));
      sd.fit(data(DataType.DOUBLE));
      assertThat(log.lines("watches nothing: this SameDiff graph of")).isEqualTo(1);
    }
    assertThat(history.records()).isEmpty();
  }

  /** The graph of the quickstart knows the mean entropy of its weights itself. */
  @Test
  void entropyIsThatOfTheQuickstartsGraph() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.FLOAT, -1, STEPS, SIZE);
    SDVariable target = sd.placeHolder("target", DataType.FLOAT, -1, STEPS, SIZE);
    SDVariable q = projected(x, "Wq");
    SDVariable k = projected(x, "Wk");
    var attention = Attention.attention().normalizer(Normalizers.ssmax()).causal(true).heads(1);
    var result = attention.apply(q, k, projected(x, "Wv"));
    SDVariable error = sd.math.square(result.output().sub(target)).mean().rename("error");
    SDVariable p = result.weights();
    SDVariable entropy = p.mul(sd.math.log(p.add(1e-9))).sum(2).neg().mean().rename("entropy");
    sd.setLossVariables(error.add(entropy.mul(0.3)).rename("loss"));
    var training = TrainingConfig.builder().updater(new Adam(0.01)).dataSetFeatureMapping("x");
    sd.setTrainingConfig(training.dataSetLabelMapping("target").build());
    sd.setListeners(monitor().buildForSameDiff());
    DataSet data = data(DataType.FLOAT);
    for (int iteration = 0; iteration < 5; iteration++) {
      double expected =
          sd.output(Map.of("x", data.getFeatures()), "entropy").get("entropy").getDouble(0);
      double s = sd.getVariable("attention/s").getArr().getDouble(0);
      sd.fit(data);
      Map<String, Double> metrics = history.latest("attention", 0).orElseThrow().metrics();
      assertThat(metrics.get("entropy")).isCloseTo(expected, within(1e-5));
      assertThat(metrics.get("normalizer.s")).isEqualTo(s);
      assertThat(metrics).containsKeys("gradientNorm.Wq", "gradientNorm.Wk", "gradientNorm.Wv");
    }
  }

  @Test
  void theSplitMustHaveAName() {
    SameDiffMonitor monitor = monitor().buildForSameDiff();
    SameDiff sd = graph(Normalizers.softmax(), DataType.DOUBLE);
    assertThatThrownBy(() -> monitor.measure(sd, Map.of(), "training"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("AttentionMonitor: the split is 'training' but must be a name");
  }

  /** NaN in a parameter reaches the count of numbers that are not finite. */
  @Test
  void notFinite() {
    SameDiff sd = graph(Normalizers.ssmax(), DataType.DOUBLE);
    sd.getVariable("Wq").getArr().putScalar(0, 0, Double.NaN);
    sd.setListeners(monitor().alarms(AlarmRules.all()).buildForSameDiff());
    sd.fit(data(DataType.DOUBLE));
    assertThat(history.latest("decoder/attention", 0).orElseThrow().metrics().get("nonFinite"))
        .isPositive();
    assertThat(history.alarms()).extracting(Alarm::rule).containsOnly("not-finite");
  }

  /** A score beyond the range that a normalizer is given is infinite, masked or not. */
  @Test
  void infiniteScoresOfAMaskedAttention() {
    SameDiff sd = SameDiff.create();
    INDArray huge = Nd4j.ones(DataType.DOUBLE, 1, 2, 3).mul(1e200);
    SDVariable x = sd.var("x", huge);
    Attention.attention().causal(true).apply(x, x, x);
    Spy spy = new Spy();
    spy.monitor(history).buildForSameDiff().measure(sd, Map.of(), "test");
    HeadProbe head = spy.heads.get(0);
    assertThat(head.rows().get(1).scores()).containsOnly(Double.POSITIVE_INFINITY);
    assertThat(history.records().get(0).metrics().get("infiniteCount")).isEqualTo(3);
  }
}
