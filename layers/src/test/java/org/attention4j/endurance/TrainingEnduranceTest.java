package org.attention4j.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.attention4j.layers.Execution;
import org.attention4j.layers.RecurrentAttentionLayer;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.monitor.reporters.Reporters;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Long training under the monitor, of sequences, batches and masks that change: nothing grows. */
@Tag("endurance")
class TrainingEnduranceTest {
  private static final int SAMPLES = 60;

  /** Steps and examples; coprime numbers of them, so that all pairs occur. */
  private static final int[] STEPS = {7, 11, 17, 23};

  private static final int[] EXAMPLES = {2, 1, 5};

  private static final int MONITORED = 10;

  /** What one iteration makes, at most: features and labels of the largest batch in FLOAT. */
  private static final long BATCH = 4L * 5 * 23 * (Sizes.SIZE + Sizes.CLASSES);

  /**
   * A leak that is let pass: a batch in so many iterations. Stock layers alone keep 34 names of
   * arrays an iteration, which is some 2 kB.
   */
  private static final int RARE = 20;

  private static final int RARE_IN_STOCK = 2;

  /** What the JVM's own caches and compiled code still take after the warm-up. */
  private static final long HEAP_OF_JVM = 2L << 20;

  /** Arenas of the C library. */
  private static final long NATIVE_OF_JVM = 64L << 20;

  @TempDir Path directory;

  private static SelfAttentionLayer attention(Execution execution) {
    return new SelfAttentionLayer.Builder()
        .nOut(Sizes.OUT)
        .nHeads(Sizes.HEADS)
        .projectInput(true)
        .normalizer(Normalizers.ssmax())
        .attentionDropout(0.1)
        .execution(execution)
        .name("reader")
        .build();
  }

  static Stream<Arguments> layers() {
    int all = Settings.iterations();
    Layer recurrent =
        new RecurrentAttentionLayer.Builder()
            .nOut(Sizes.OUT)
            .nHeads(Sizes.HEADS)
            .name("reader")
            .build();
    Layer stock =
        new org.deeplearning4j.nn.conf.layers.SelfAttentionLayer.Builder()
            .nOut(Sizes.OUT)
            .nHeads(Sizes.HEADS)
            .projectInput(true)
            .name("reader")
            .build();
    return Stream.of(
        Arguments.of("fused", attention(Execution.FUSED), all, RARE),
        Arguments.of("graph", attention(Execution.GRAPH), all, RARE),
        Arguments.of("recurrent", recurrent, all / 20, RARE),
        Arguments.of("stock", stock, all / 10, RARE_IN_STOCK));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void nothingGrows(String name, Layer layer, int iterations, int rare) throws Exception {
    Nd4j.getRandom().setSeed(11);
    MultiLayerNetwork network = TestNetworks.of(layer).learningRate(0.01).network(DataType.FLOAT);
    Footprint footprint = new Footprint();
    try (AttentionMonitor monitor =
        AttentionMonitor.builder()
            .every(MONITORED)
            .tier(Tier.FULL)
            .alarms(AlarmRules.all())
            .reportTo(Reporters.history(100))
            .reportTo(Reporters.jsonLines(directory.resolve("metrics.jsonl")))
            .reportTo(Reporters.csv(directory.resolve("metrics.csv")))
            .build()) {
      network.setListeners(List.of(monitor));
      int next = 0;
      for (int sample = 1; sample <= SAMPLES; sample++) {
        for (; next < (long) iterations * sample / SAMPLES; next++) {
          int steps = STEPS[next % STEPS.length];
          int examples = EXAMPLES[next % EXAMPLES.length];
          boolean masked = next / 12 % 2 == 1;
          network.fit(Sequences.batch(DataType.FLOAT, examples, steps, masked));
        }
        footprint.sample();
      }
    }
    Settings.report(
        "%d iterations, %s: medians of thirds: %s".formatted(iterations, name, footprint));

    assertThat(network.score()).as("the network still learns").isFinite();
    long leak = BATCH * (iterations / 3) / rare;
    assertGrowth(name, footprint, Footprint.HEAP, HEAP_OF_JVM + leak);
    assertGrowth(name, footprint, Footprint.NATIVE, NATIVE_OF_JVM + leak);
    assertGrowth(name, footprint, Footprint.THREADS, 0);
    assertGrowth(name, footprint, Footprint.FILES, 0);
  }

  private static void assertGrowth(String name, Footprint footprint, String what, long most) {
    if (footprint.has(what)) {
      assertThat(footprint.growth(what)).as("%s: %s", name, what).isLessThanOrEqualTo(most);
    }
  }
}
