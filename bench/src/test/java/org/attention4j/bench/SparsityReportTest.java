package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparsityReportTest {
  private static final List<SparsityPoint> POINTS =
      List.of(
          new SparsityPoint("top-k", "k=7", 0.5, 4, 8),
          new SparsityPoint("top-k", "k=3", 0.75, 4, 2.5),
          new SparsityPoint("sparsemax", "deviation=2.0", 0.9375, 4, 5));

  @Test
  void filesAreWritten(@TempDir Path directory) throws IOException {
    Path deeper = directory.resolve("new");
    SparsityReport.write(deeper, POINTS);
    assertThat(deeper.resolve("sparsity.csv"))
        .content()
        .isEqualTo(
            """
            map,setting,zeros,softmax_ms,ours_ms,ratio
            top-k,k=7,0.5000,4.000,8.000,0.500
            top-k,k=3,0.7500,4.000,2.500,1.600
            sparsemax,deviation=2.0,0.9375,4.000,5.000,0.800
            """);
    assertThat(ImageIO.read(deeper.resolve("sparsity.png").toFile()).getWidth()).isEqualTo(900);
    assertThat(deeper)
        .isDirectoryNotContaining(file -> !file.getFileName().toString().startsWith("sparsity."));
  }

  @Test
  void breakEvenOfEachMap() {
    assertThat(SparsityReport.breakEvens(POINTS))
        .containsExactly("BREAK-EVEN map=top-k zeros=61.4%", "BREAK-EVEN map=sparsemax zeros=none");
  }
}
