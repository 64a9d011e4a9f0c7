package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.attention4j.bench.ComparisonResult.Kind;
import org.junit.jupiter.api.Test;

class MiniLmComparisonTest {
  private final List<String> lines = new ArrayList<>();
  private final MiniLmComparison comparison = new MiniLmComparison(2, 200, lines::add);

  /** As {@code MiniLmTest} of the examples expects it of the command. */
  @Test
  void readsWhatTheCommandPrints() {
    assertThat(
            comparison.result(
                "Sentences per second on 2 threads: 80.0; ONNX Runtime 160.0; ratio 0.50"))
        .contains(
            new ComparisonResult(
                Kind.MINILM,
                "sentences=200 threads=2 ours_per_s=80.0 onnxruntime_per_s=160.0",
                "onnxruntime",
                2500,
                1250));
    assertThat(comparison.result("MiniLM: 200 sentences, 6478 tokens")).isEmpty();
  }

  @Test
  void theLineIsLikeTheOthers() {
    ComparisonResult result =
        comparison
            .result("Sentences per second on 1 thread: 80.0; ONNX Runtime 100.0; ratio 0.80")
            .orElseThrow();
    assertThat(result.line())
        .isEqualTo(
            "MINILM sentences=200 threads=2 ours_per_s=80.0 onnxruntime_per_s=100.0"
                + " ours_ms=2500.000 onnxruntime_ms=2000.000 ratio=0.80");
    assertThat(ComparisonResult.parse(result.line())).contains(result);
  }

  @Test
  void whatIsMissingIsSaid() throws IOException, InterruptedException {
    assumeThat(MiniLmComparison.missing()).isPresent();
    comparison.run();
    assertThat(lines)
        .singleElement()
        .asString()
        .startsWith("MiniLM is left out: ")
        .endsWith(" is not on the class path (docs/benchmarks.md says how).");
  }
}
