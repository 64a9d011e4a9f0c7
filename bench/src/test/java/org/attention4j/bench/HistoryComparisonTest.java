package org.attention4j.bench;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.attention4j.bench.ComparisonResult.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class HistoryComparisonTest {
  private final List<ComparisonResult> results = new ArrayList<>();
  private final HistoryComparison comparison =
      new HistoryComparison(
          1,
          new InterleavedTimer(System::nanoTime, () -> {}, 0),
          new InterleavedTimer.Budget(0, 1),
          0,
          results::add);

  @Test
  @Timeout(value = 4, unit = MINUTES, threadMode = SEPARATE_THREAD)
  void comparesTwoJvms() throws IOException {
    comparison.run("softmax");
    assertThat(results).hasSize(1);
    ComparisonResult result = results.get(0);
    assertThat(result.kind()).isEqualTo(Kind.HISTORY);
    assertThat(result.subject()).isEqualTo("normalizer=softmax mb=8 nIn=64 T=512 heads=4 pass=fit");
    assertThat(result.peer()).isEqualTo("clean");
    assertThat(result.oursMs()).isPositive();
    assertThat(result.peerMs()).isPositive();
    assertThat(ComparisonResult.parse(result.line())).isPresent();
  }

  @Test
  @Timeout(value = 4, unit = MINUTES, threadMode = SEPARATE_THREAD)
  void anUnknownNormalizerIsReported() {
    assertThatThrownBy(() -> comparison.run("hardmax"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("The layer of hardmax failed: ")
        .hasMessageContaining("hardmax");
  }
}
