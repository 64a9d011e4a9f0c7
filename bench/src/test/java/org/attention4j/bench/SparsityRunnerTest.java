package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.attention4j.bench.compare.CoreCell;
import org.junit.jupiter.api.Test;

class SparsityRunnerTest {
  private static final List<String> MAPS =
      List.of(
          "top-k",
          "entmax:1.5",
          "sparsemax",
          "top-k/blocks",
          "entmax:1.5/blocks",
          "sparsemax/blocks");

  @Test
  void curvesFromDenseToSparse() {
    InterleavedTimer timer = new InterleavedTimer(System::nanoTime, () -> {}, 0);
    List<SparsityPoint> points =
        new SparsityRunner(new CoreCell(1, 101, 23), timer, new InterleavedTimer.Budget(0, 1), 0)
            .run();
    assertThat(points)
        .extracting(SparsityPoint::map)
        .containsOnly(MAPS.toArray(new String[0]))
        .hasSizeGreaterThan(20);
    assertThat(points).allMatch(point -> point.softmaxMs() > 0 && point.oursMs() > 0);
    for (String map : MAPS) {
      assertThat(points.stream().filter(point -> point.map().equals(map)))
          .extracting(SparsityPoint::zeros)
          .isSorted();
    }
    assertThat(points.get(2).setting()).isEqualTo("k=51");
    assertThat(points.get(2).zeros()).isEqualTo(50.0 / 101);
    SparsityPoint inBlocks = points.get(points.size() - 11);
    assertThat(inBlocks.map() + " " + inBlocks.setting()).isEqualTo("entmax:1.5/blocks topics=40%");
    assertThat(inBlocks.zeros()).isBetween(0.58, 0.62);
  }
}
