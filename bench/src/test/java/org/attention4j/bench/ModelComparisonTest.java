package org.attention4j.bench;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attention4j.bench.ComparisonResult.Kind;
import org.attention4j.bench.compare.PyTorch;
import org.attention4j.bench.model.Framework;
import org.attention4j.bench.model.ModelPass;
import org.attention4j.bench.model.ModelSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ModelComparisonTest {
  private static final Map<Framework, Double> VALUES =
      Map.of(Framework.OURS, 128.0, Framework.PYTORCH, 32.0, Framework.DJL, 192.0);

  @Test
  void timesArePeersByOurs() {
    assertThat(ModelResult.line(ModelSize.S, ModelPass.FIT, VALUES))
        .isEqualTo(
            "MODEL size=S pass=fit ours_ms=128.000 pytorch_ms=32.000 ratio=0.25"
                + " tokens_per_s=16000 djl_ms=192.000 djl_ratio=1.50");
  }

  @Test
  void memoryIsOursByPeers() {
    assertThat(ModelResult.memoryLine(ModelSize.S, VALUES))
        .isEqualTo(
            "MODEL size=S pass=memory ours_mib=128 pytorch_mib=32 ratio=4.00"
                + " djl_mib=192 djl_ratio=0.67");
  }

  @Test
  void onlyTimesAreRead() {
    assertThat(ModelResult.parse(ModelResult.line(ModelSize.S, ModelPass.OUTPUT, VALUES)))
        .containsExactly(
            new ComparisonResult(Kind.MODEL, "size=S pass=output", "pytorch", 128, 32),
            new ComparisonResult(Kind.MODEL, "size=S pass=output", "djl", 128, 192));
    assertThat(ModelResult.parse(ModelResult.memoryLine(ModelSize.S, VALUES))).isEmpty();
    assertThat(ModelResult.parse("LAYER T=5 ours_ms=1.000 stock_ms=2.000 ratio=2.00")).isEmpty();
    assertThat(ComparisonResult.parse(ModelResult.line(ModelSize.S, ModelPass.FIT, VALUES)))
        .isEmpty();
  }

  private static Map<Framework, Double> losses(double pytorch) {
    return Map.of(Framework.OURS, 4.0, Framework.PYTORCH, pytorch, Framework.DJL, 4.0);
  }

  @Test
  void firstLossesAreEqualToTheTolerance() {
    assertThatCode(() -> ModelComparison.checkLosses(ModelSize.S, 0, losses(4.00003)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> ModelComparison.checkLosses(ModelSize.S, 0, losses(4.00005)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Model S, training step 0: the loss of pytorch is 4.00005 where ours is 4.0.");
  }

  @Test
  void laterLossesMayDifferMore() {
    double growth = ModelComparison.GROWTH;
    double near = 4 + 4 * 0.9e-5 * growth * growth;
    double far = 4 + 4 * 1.1e-5 * growth * growth;
    assertThatCode(() -> ModelComparison.checkLosses(ModelSize.S, 2, losses(near)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> ModelComparison.checkLosses(ModelSize.S, 2, losses(far)))
        .hasMessageStartingWith("Model S, training step 2: the loss of pytorch is ");
  }

  @Test
  void lossThatIsNoNumberIsRefused() {
    assertThatThrownBy(() -> ModelComparison.checkLosses(ModelSize.S, 3, losses(Double.NaN)))
        .hasMessageContaining("the loss of pytorch is NaN");
  }

  @Test
  @Timeout(value = 4, unit = MINUTES, threadMode = SEPARATE_THREAD)
  void comparesATinyModel() throws IOException {
    assumeTrue(PyTorch.version().isPresent(), "no PyTorch for this platform");
    List<String> lines = new ArrayList<>();
    InterleavedTimer timer = new InterleavedTimer(System::nanoTime, () -> {}, 0);
    new ModelComparison(1, timer, new InterleavedTimer.Budget(0, 1), 0, lines::add)
        .run(ModelSize.TINY);
    String ms = "\\d+\\.\\d{3}";
    String ratio = "\\d+\\.\\d\\d";
    String times =
        " ours_ms=%s pytorch_ms=%s ratio=%s tokens_per_s=\\d+ djl_ms=%s djl_ratio=%s"
            .formatted(ms, ms, ratio, ms, ratio);
    String mib = "(\\d+|NaN)";
    String peaks =
        " ours_mib=%s pytorch_mib=%s ratio=(%s|NaN) djl_mib=%s djl_ratio=(%s|NaN)"
            .formatted(mib, mib, ratio, mib, ratio);
    assertThat(lines)
        .satisfiesExactly(
            line -> assertThat(line).matches("MODEL size=tiny pass=fit" + times),
            line -> assertThat(line).matches("MODEL size=tiny pass=memory" + peaks),
            line -> assertThat(line).matches("MODEL size=tiny pass=output" + times));
  }
}
