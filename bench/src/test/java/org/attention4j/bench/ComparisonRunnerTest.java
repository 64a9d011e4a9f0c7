package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.bench.compare.CoreCell;
import org.attention4j.bench.compare.PyTorch;
import org.attention4j.bench.model.ModelSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ComparisonRunnerTest {
  private static final String MS = "\\d+\\.\\d{3}";
  private static final String RATIO = "ratio=\\d+\\.\\d\\d";
  private static final CoreCell TINY = new CoreCell(3, 13, 5);

  private static List<String> lines(BenchmarkPlan plan, boolean pytorch) {
    List<String> lines = new ArrayList<>();
    InterleavedTimer timer = new InterleavedTimer(System::nanoTime, () -> {}, 0);
    ComparisonRunner comparisons =
        new ComparisonRunner(plan, pytorch, timer, result -> lines.add(result.line()));
    comparisons.kernel();
    comparisons.layers();
    return lines;
  }

  private static BenchmarkPlan plan(
      int maxComposedLength, List<CoreCell> sgemm, List<Integer> steps) {
    return new BenchmarkPlan(
        new InterleavedTimer.Budget(0, 1),
        0,
        0,
        List.of(TINY),
        maxComposedLength,
        sgemm,
        steps,
        true,
        List.of(TINY),
        List.of(),
        List.of(),
        0,
        0);
  }

  @Test
  void oneLineForEachComparison() {
    boolean pytorch = PyTorch.version().isPresent();
    List<String> patterns = new ArrayList<>();
    for (String pass : List.of("fwdbwd", "fwd")) {
      String start = "CASE heads=3 L=13 d=5 pass=" + pass + " ours_ms=" + MS;
      if (pytorch) {
        patterns.add(start + " pytorch_ms=" + MS + " " + RATIO);
      }
      patterns.add(start + " composed_ms=" + MS + " " + RATIO);
    }
    patterns.add(
        "SGEMM heads=3 L=13 d=5 pass=fwd ours_gflops=\\d+\\.\\d sgemm_gflops=\\d+\\.\\d ours_ms="
            + MS
            + " sgemm_ms="
            + MS
            + " "
            + RATIO);
    for (String normalizer :
        List.of("top-k:64", "top-fraction:0.06", "top-power:0.5", "top-p:0.9", "entmax:1.5")) {
      patterns.add(
          "SPARSE normalizer="
              + normalizer
              + " zeros=\\d+\\.\\d% L=13 d=5 heads=3 pass=fwdbwd softmax_ms="
              + MS
              + " ours_ms="
              + MS
              + " "
              + RATIO);
    }
    for (String pass : List.of("fit", "output")) {
      patterns.add(
          "LAYER mb=8 nIn=64 T=5 heads=4 pass="
              + pass
              + " ours_ms="
              + MS
              + " stock_ms="
              + MS
              + " "
              + RATIO);
    }
    List<String> lines = lines(plan(13, List.of(TINY), List.of(5)), pytorch);
    assertThat(lines).hasSameSizeAs(patterns);
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i)).matches(patterns.get(i));
    }
  }

  @Test
  void absentPeersAreLeftOut() {
    assertThat(lines(plan(12, List.of(), List.of()), false))
        .hasSize(5)
        .allMatch(line -> line.startsWith("SPARSE"));
  }

  @Test
  void ratioIsThePeersTimeByOurs() {
    ComparisonResult result =
        new ComparisonResult(ComparisonResult.Kind.CASE, "L=5", "pytorch", 2, 3);
    assertThat(result.line()).isEqualTo("CASE L=5 ours_ms=2.000 pytorch_ms=3.000 ratio=1.50");
  }

  @ParameterizedTest
  @EnumSource
  void aLineIsReadAsItWasWritten(ComparisonResult.Kind kind) {
    ComparisonResult result = new ComparisonResult(kind, "L=5 d=3 pass=fwd", "peer", 2.125, 3.5);
    assertThat(ComparisonResult.parse(result.line())).contains(result);
    assertThat(ComparisonResult.parse("MACHINE cpu=\"x\" processors=2")).isEmpty();
  }

  @Test
  void quickPlanHasAllCells() {
    assertThat(BenchmarkPlan.QUICK.cores())
        .extracting(CoreCell::toString)
        .containsExactly(
            "32x128x16", "32x512x16", "16x1024x16", "32x512x64", "16x1024x64", "4x4096x64");
    assertThat(BenchmarkPlan.QUICK.layerSteps()).containsExactlyInAnyOrder(4, 16, 128, 512);
    assertThat(BenchmarkPlan.QUICK.sparse()).containsExactly(new CoreCell(2, 4096, 64));
    assertThat(BenchmarkPlan.QUICK.sgemm()).containsExactly(new CoreCell(32, 512, 64));
    assertThat(BenchmarkPlan.QUICK.models()).containsExactly(ModelSize.S);
  }
}
