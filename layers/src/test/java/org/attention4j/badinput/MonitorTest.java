package org.attention4j.badinput;

import static org.attention4j.badinput.Wrong.wrong;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.attention4j.layers.LayerNorm;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.AttentionInspector;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.InspectedAttention;
import org.attention4j.monitor.MonitorBuilder;
import org.attention4j.monitor.Schedule;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.monitor.ui.AttentionPage;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.attention4j.training.GlobalNormClipping;
import org.attention4j.training.QkClip;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the monitor, its alarms, reporters, inspector and page refuse, and the training listeners.
 */
class MonitorTest {
  private static final String OWNER = "AttentionMonitor";
  private static final double NAN = Double.NaN;

  private static MonitorBuilder builder() {
    return AttentionMonitor.builder();
  }

  static Stream<Wrong> options() {
    return Stream.of(
        wrong(
            "interval 0",
            () -> builder().every(0),
            "Schedule every",
            "interval is 0",
            "at least 1"),
        wrong(
            "interval below 0",
            () -> builder().every(-100),
            "Schedule every",
            "interval is -100",
            "at least 1"),
        wrong(
            "epochs 0",
            () -> builder().epochs(0),
            "Schedule epochs",
            "interval is 0",
            "at least 1"),
        wrong(
            "no iterations",
            () -> builder().atIterations(),
            "Schedule atIterations",
            "[]",
            "at least one"),
        wrong(
            "iterations null",
            () -> builder().atIterations((int[]) null),
            "Schedule atIterations",
            "null",
            "at least one"),
        wrong(
            "an iteration below 0",
            () -> Schedule.atIterations(7, -1),
            "Schedule atIterations",
            "[7, -1]",
            "none below 0"),
        wrong(
            "no schedule",
            () -> builder().schedule(null),
            OWNER,
            "schedule(..)",
            "null",
            "Schedule.every(100)"),
        wrong("no tier", () -> builder().tier(null), OWNER, "tier(..)", "null", "Tier.CHEAP"),
        wrong(
            "a group null",
            () -> builder().groups((org.attention4j.monitor.metrics.MetricGroup) null),
            OWNER,
            "groups(..)",
            "null",
            "MetricGroup.SPREAD"),
        wrong("no metric", () -> builder().metric(null), OWNER, "metric(..)", "null", "HeadProbe"),
        wrong(
            "no reporter",
            () -> builder().reportTo(null),
            OWNER,
            "reportTo(..)",
            "null",
            "Reporters.log()"),
        wrong(
            "no examples",
            () -> builder().examples(0).build(),
            OWNER,
            "examples is 0",
            "at least 1"),
        wrong("rows below 0", () -> builder().rows(-8).build(), OWNER, "rows is -8", "at least 1"),
        wrong(
            "no rows for SameDiff",
            () -> builder().rows(0).buildForSameDiff(),
            OWNER,
            "rows is 0",
            "at least 1"),
        wrong("N = 0", () -> builder().topN(0), OWNER, "topN is 0", "at least 1"),
        wrong("fraction 0", () -> builder().topFraction(0), OWNER, "topFraction is 0.0", "above 0"),
        wrong("fraction 1", () -> builder().topFraction(1), OWNER, "topFraction is 1.0", "below 1"),
        wrong(
            "fraction NaN",
            () -> builder().topFraction(NAN),
            OWNER,
            "topFraction is NaN",
            "above 0"),
        wrong(
            "no geometry",
            () -> builder().geometry(null),
            OWNER,
            "geometry(..)",
            "null",
            "Geometry.INPUT"),
        wrong(
            "no alarms",
            () -> builder().alarms(null),
            OWNER,
            "alarms(..)",
            "null",
            "AlarmRules.all()"),
        wrong(
            "an alarm null",
            () -> builder().alarms(Arrays.asList(AlarmRules.notFinite(), null)),
            OWNER,
            "alarms(..)",
            "null",
            "AlarmRules.notFinite()"),
        wrong("no action", () -> builder().onAlarm(null), OWNER, "onAlarm(..)", "null", "a lambda"),
        wrong(
            "no condition",
            () -> builder().stopOnAlarm(null),
            OWNER,
            "stopOnAlarm(..)",
            "null",
            "alarm -> true"));
  }

  static Stream<Wrong> alarms() {
    String metric = "entropy";
    return Stream.of(
        wrong(
            "floor below 0",
            () -> AlarmRules.entropyCollapse(-0.1, 0.5, 2),
            "entropyCollapse",
            "floor is -0.1",
            "from 0 to 1"),
        wrong(
            "fall NaN",
            () -> AlarmRules.entropyCollapse(0.05, NAN, 2),
            "entropyCollapse",
            "fall is NaN",
            "from 0 to 1"),
        wrong(
            "duration 0",
            () -> AlarmRules.entropyCollapse(0.05, 0.5, 0),
            "entropyCollapse",
            "duration is 0",
            "at least 1"),
        wrong(
            "factor 0",
            () -> AlarmRules.vanishingAttention(0, 20),
            "vanishingAttention",
            "factor is 0.0",
            "positive"),
        wrong(
            "duration below 0",
            () -> AlarmRules.vanishingAttention(2, -1),
            "vanishingAttention",
            "duration is -1",
            "at least 1"),
        wrong(
            "low above high",
            () -> AlarmRules.saturatedHead(0.9, 0.8, 20),
            "saturatedHead",
            "high is 0.8",
            "at least low, which is 0.9"),
        wrong(
            "low NaN",
            () -> AlarmRules.saturatedHead(NAN, 0.8, 20),
            "saturatedHead",
            "low is NaN",
            "from 0 to 1"),
        wrong(
            "high above 1",
            () -> AlarmRules.saturatedHead(0.7, 1.1, 20),
            "saturatedHead",
            "high is 1.1",
            "at most 1"),
        wrong(
            "no duration",
            () -> AlarmRules.saturatedHead(0.7, 0.8, 0),
            "saturatedHead",
            "duration is 0",
            "at least 1"),
        wrong(
            "limit NaN",
            () -> AlarmRules.logitBlowUp(NAN, 1),
            "logitBlowUp",
            "limit is NaN",
            "positive"),
        wrong(
            "limit below 0",
            () -> AlarmRules.coldSoftmax(-1, 1),
            "coldSoftmax",
            "limit is -1.0",
            "positive"),
        wrong(
            "gradient's factor 0",
            () -> AlarmRules.explodingGradient(0, 1),
            "explodingGradient",
            "factor is 0.0",
            "positive"),
        wrong(
            "an own rule's metric",
            () -> AlarmRules.above("mine", "entropie", 1, 1, "x"),
            "'mine'",
            "'entropie'",
            "entropy"),
        wrong(
            "an own rule's limit",
            () -> AlarmRules.above("mine", metric, NAN, 1, "x"),
            "'mine'",
            "limit is NaN",
            "a number"),
        wrong(
            "an own rule's duration",
            () -> AlarmRules.below("mine", metric, 1, 0, "x"),
            "'mine'",
            "duration is 0",
            "at least 1"));
  }

  static Stream<Wrong> reporters() {
    return Stream.of(
        wrong("no CSV file", () -> Reporters.csv(null), "Reporters.csv", "file is null", "given"),
        wrong(
            "no JSON lines file",
            () -> Reporters.jsonLines(null),
            "Reporters.jsonLines",
            "file is null",
            "given"),
        wrong(
            "no file of alarms",
            () -> Reporters.alarmsAsJsonLines(null),
            "Reporters.alarmsAsJsonLines",
            "file is null",
            "given"),
        wrong(
            "no TensorBoard folder",
            () -> Reporters.tensorBoard(null),
            "Reporters.tensorBoard",
            "folder is null",
            "given"),
        wrong(
            "no registry",
            () -> Reporters.micrometer(null),
            "Reporters.micrometer",
            "registry is null",
            "given"),
        wrong(
            "no storage",
            () -> Reporters.statsStorage(null),
            "Reporters.statsStorage",
            "storage is null",
            "given"),
        wrong(
            "no session",
            () -> Reporters.statsStorage(new InMemoryStatsStorage(), null),
            "Reporters.statsStorage",
            "session is null",
            "given"),
        wrong(
            "a blank session",
            () -> Reporters.statsStorage(new InMemoryStatsStorage(), " "),
            "Reporters.statsStorage",
            "session is ' '",
            "a name"),
        wrong(
            "a session with @@@",
            () -> Reporters.statsStorage(new InMemoryStatsStorage(), "a@@@b"),
            "session is 'a@@@b'",
            "without '#'"),
        wrong(
            "nothing guarded",
            () -> Reporters.guarded(null),
            "Reporters.guarded",
            "reporter is null",
            "given"),
        wrong("no history", () -> Reporters.history(0), "History", "capacity is 0", "at least 1"));
  }

  static Stream<Wrong> inputs() {
    SelfAttentionLayer attention =
        new SelfAttentionLayer.Builder()
            .nOut(14)
            .nHeads(2)
            .projectInput(true)
            .name("reader")
            .build();
    MultiLayerNetwork network = TestNetworks.of(attention).network(DataType.FLOAT);
    MultiLayerNetwork without =
        TestNetworks.of(new LayerNorm.Builder().build()).network(DataType.FLOAT);
    AttentionMonitor monitor = builder().reportTo(Reporters.history(7)).build();
    AttentionInspector inspector = AttentionInspector.of(network);
    INDArray input = Nd4j.ones(DataType.FLOAT, 3, Sizes.SIZE, 11);
    INDArray wide = Nd4j.ones(DataType.FLOAT, 3, 7, 11);
    INDArray mask = Nd4j.ones(DataType.FLOAT, 3, 7);
    InspectedAttention inspected = inspector.inspect(input);
    String reader = "SelfAttentionLayer 'reader'";
    String shape = "[examples, 5, steps]";
    return Stream.of(
        wrong(
            "measure: no split",
            () -> monitor.measure(network, input, null),
            OWNER,
            "split is 'null'",
            "such as 'validation'"),
        wrong(
            "measure: a blank split",
            () -> monitor.measure(network, input, " "),
            OWNER,
            "split is ' '",
            "such as 'validation'"),
        wrong(
            "measure: no model",
            () -> monitor.measure(null, input, "test"),
            OWNER,
            "null",
            "MultiLayerNetwork"),
        wrong(
            "measure: no data",
            () -> monitor.measure(network, (DataSet) null, "test"),
            OWNER,
            "null",
            "a batch"),
        wrong(
            "measure: no features",
            () -> monitor.measure(network, (INDArray) null, "test"),
            OWNER,
            "null",
            "an array"),
        wrong(
            "measure: two inputs",
            () -> monitor.measure(network, new INDArray[] {input, input}, "test"),
            OWNER,
            "2 feature arrays",
            "1"),
        wrong(
            "measure: other features",
            () -> monitor.measure(network, wide, "test"),
            reader,
            "[3, 7, 11]",
            shape),
        wrong(
            "measure: a short mask",
            () -> monitor.measure(network, new DataSet(input, null, mask, null), "test"),
            reader,
            "[3, 7]",
            "[3, 11]"),
        wrong(
            "inspector: no network",
            () -> AttentionInspector.of(null),
            "AttentionInspector",
            "network is null",
            "MultiLayerNetwork"),
        wrong(
            "inspector: no attention",
            () -> AttentionInspector.of(without).inspect(input),
            "AttentionInspector",
            "no attention",
            "must have"),
        wrong(
            "inspector: no input",
            () -> inspector.inspect((INDArray) null),
            "AttentionInspector",
            "input 0 is null",
            "a batch"),
        wrong(
            "inspector: an empty batch",
            () -> inspector.inspect(Nd4j.create(DataType.FLOAT, 0, 5, 11)),
            "AttentionInspector",
            "[0, 5, 11]",
            "one example"),
        wrong(
            "inspector: rank 1",
            () -> inspector.inspect(Nd4j.ones(5)),
            "AttentionInspector",
            "[5]",
            "a batch"),
        wrong(
            "inspector: other features",
            () -> inspector.inspect(wide),
            reader,
            "[1, 7, 11]",
            shape),
        wrong(
            "inspector: two inputs",
            () -> inspector.inspect(input, input),
            "AttentionInspector",
            "2 feature arrays",
            "1"),
        wrong(
            "inspector: two masks",
            () -> AttentionInspector.of(network).masks(mask, mask).inspect(input),
            "AttentionInspector",
            "2 masks",
            "1"),
        wrong(
            "inspector: no tokens",
            () -> AttentionInspector.of(network).tokens(null),
            "AttentionInspector",
            "null",
            "text"),
        wrong(
            "inspector: a token null",
            () -> AttentionInspector.of(network).tokens(Arrays.asList("a", null)),
            "AttentionInspector",
            "null",
            "text"),
        wrong(
            "inspector: too few tokens",
            () -> AttentionInspector.of(network).tokens(List.of("a")).inspect(input),
            "AttentionInspector",
            "1 tokens",
            "one for each key"),
        wrong(
            "inspector: an unknown layer",
            () -> inspected.layer("writer"),
            "AttentionInspector",
            "'writer'",
            "reader"),
        wrong(
            "inspector: a head too many",
            () -> inspected.layer("reader").weights(2),
            "AttentionInspector",
            "head is 2",
            "0 to 1"));
  }

  static Stream<Wrong> others() {
    InMemoryStatsStorage storage = new InMemoryStatsStorage();
    return Stream.of(
        wrong(
            "page: no storage",
            () -> AttentionPage.start(null),
            "AttentionPage",
            "storage is null",
            "InMemoryStatsStorage"),
        wrong(
            "page: port below 0",
            () -> AttentionPage.start(storage, -1),
            "AttentionPage",
            "port is -1",
            "0 to 65535"),
        wrong(
            "page: port too high",
            () -> AttentionPage.start(storage, 65536),
            "AttentionPage",
            "port is 65536",
            "0 to 65535"),
        wrong(
            "page: no host",
            () -> AttentionPage.start(storage, null, 0),
            "AttentionPage",
            "host is 'null'",
            "127.0.0.1"),
        wrong(
            "page: a blank host",
            () -> AttentionPage.start(storage, " ", 0),
            "AttentionPage",
            "host is ' '",
            "127.0.0.1"),
        wrong(
            "clipping to 0",
            () -> new GlobalNormClipping(0),
            "GlobalNormClipping",
            "maxNorm is 0.0",
            "positive"),
        wrong(
            "clipping to NaN",
            () -> new GlobalNormClipping(NAN),
            "GlobalNormClipping",
            "maxNorm is NaN",
            "positive"),
        wrong("QkClip at 0", () -> new QkClip(0), "QkClip", "limit is 0.0", "positive"),
        wrong(
            "QkClip at infinity",
            () -> new QkClip(Double.POSITIVE_INFINITY),
            "QkClip",
            "limit is Infinity",
            "finite"));
  }

  @ParameterizedTest
  @MethodSource({"options", "alarms", "reporters", "inputs", "others"})
  void isRefused(Wrong wrong) {
    wrong.assertRefused();
  }
}
