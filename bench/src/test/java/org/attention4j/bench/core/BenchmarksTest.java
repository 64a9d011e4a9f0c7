package org.attention4j.bench.core;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Arrays;
import java.util.stream.Stream;
import org.attention4j.bench.compare.CoreBenchmark;
import org.attention4j.bench.compare.HistoryBenchmark;
import org.attention4j.bench.compare.LayerBenchmark;
import org.attention4j.bench.compare.Pass;
import org.attention4j.bench.compare.PyTorch;
import org.attention4j.bench.model.Framework;
import org.attention4j.bench.model.ModelBenchmark;
import org.attention4j.bench.model.ModelPass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Param;

/** Every choice that a benchmark offers can be built and run. */
class BenchmarksTest {
  private static Stream<String> choices(Class<?> benchmark, String field)
      throws NoSuchFieldException {
    return Arrays.stream(benchmark.getField(field).getAnnotation(Param.class).value());
  }

  static Stream<String> normalizers() throws NoSuchFieldException {
    return choices(NormalizerBenchmark.class, "normalizer");
  }

  static Stream<String> options() throws NoSuchFieldException {
    return choices(OptionBenchmark.class, "option");
  }

  static Stream<String> corePeers() throws NoSuchFieldException {
    return choices(CoreBenchmark.class, "peer");
  }

  static Stream<String> layerPeers() throws NoSuchFieldException {
    return choices(LayerBenchmark.class, "peer");
  }

  @ParameterizedTest
  @MethodSource("normalizers")
  void normalizer(String normalizer) {
    for (Pass pass : Pass.values()) {
      NormalizerBenchmark benchmark = new NormalizerBenchmark();
      benchmark.normalizer = normalizer;
      benchmark.length = 71;
      benchmark.pass = pass;
      benchmark.build();
      assertThatCode(benchmark::run).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @MethodSource("options")
  void option(String option) {
    for (boolean fit : new boolean[] {true, false}) {
      OptionBenchmark benchmark = new OptionBenchmark();
      benchmark.option = option;
      benchmark.steps = 7;
      benchmark.fit = fit;
      benchmark.build();
      assertThatCode(benchmark::run).doesNotThrowAnyException();
    }
  }

  static Stream<String> histories() throws NoSuchFieldException {
    return choices(HistoryBenchmark.class, "normalizer");
  }

  @ParameterizedTest
  @MethodSource("histories")
  void history(String normalizer) {
    HistoryBenchmark benchmark = new HistoryBenchmark();
    benchmark.normalizer = normalizer;
    benchmark.steps = 71;
    benchmark.build();
    assertThatCode(benchmark::run).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @MethodSource("corePeers")
  void corePeer(String peer) {
    if (peer.equals("pytorch") && PyTorch.version().isEmpty()) {
      return;
    }
    CoreBenchmark benchmark = new CoreBenchmark();
    benchmark.peer = peer;
    benchmark.cell = "3x13x5";
    benchmark.build();
    assertThatCode(benchmark::run).doesNotThrowAnyException();
    benchmark.close();
  }

  @ParameterizedTest
  @MethodSource("layerPeers")
  void layerPeer(String peer) {
    LayerBenchmark benchmark = new LayerBenchmark();
    benchmark.peer = peer;
    benchmark.steps = 7;
    benchmark.fit = true;
    benchmark.build();
    assertThatCode(benchmark::run).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @EnumSource
  void model(Framework framework) {
    if (framework != Framework.OURS && PyTorch.version().isEmpty()) {
      return;
    }
    for (ModelPass pass : ModelPass.values()) {
      ModelBenchmark benchmark = new ModelBenchmark();
      benchmark.framework = framework;
      benchmark.size = "tiny";
      benchmark.pass = pass;
      benchmark.build();
      assertThatCode(benchmark::run).doesNotThrowAnyException();
      benchmark.close();
    }
  }

  @Test
  void unknownChoiceIsNamed() {
    OptionBenchmark benchmark = new OptionBenchmark();
    benchmark.option = "faster";
    assertThatCode(benchmark::build).hasMessage("There is no option 'faster'.");
  }

  static Stream<String> monitors() throws NoSuchFieldException {
    return choices(MonitorBenchmark.class, "monitor");
  }

  @ParameterizedTest
  @MethodSource("monitors")
  void monitor(String monitor) {
    MonitorBenchmark benchmark = new MonitorBenchmark();
    benchmark.monitor = monitor;
    benchmark.build();
    assertThatCode(benchmark::run).doesNotThrowAnyException();
  }
}
