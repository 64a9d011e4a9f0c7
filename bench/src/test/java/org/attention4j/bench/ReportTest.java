package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.attention4j.bench.ComparisonResult.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final List<ComparisonResult> OUTCOMES =
      List.of(
          new ComparisonResult(Kind.CASE, "L=5 pass=fwd", "pytorch", 2, 3),
          new ComparisonResult(Kind.CASE, "L=5 pass=fwd", "composed", 2, 22),
          new ComparisonResult(Kind.LAYER, "T=7, pass=fit", "stock", 4, 1));

  @Test
  void filesAreWritten(@TempDir Path directory) throws IOException {
    Path deeper = directory.resolve("new");
    Report.write(deeper, OUTCOMES);
    assertThat(deeper.resolve("summary.csv"))
        .content()
        .isEqualTo(
            """
            kind,case,peer,ours_ms,peer_ms,ratio
            CASE,L=5 pass=fwd,pytorch,2.000,3.000,1.500
            CASE,L=5 pass=fwd,composed,2.000,22.000,11.000
            LAYER,"T=7, pass=fit",stock,4.000,1.000,0.250
            """);
    assertThat(ImageIO.read(deeper.resolve("summary.png").toFile()).getWidth()).isEqualTo(1400);
    assertThat(deeper)
        .isDirectoryNotContaining(file -> !file.getFileName().toString().startsWith("summary."));
  }

  @Test
  void tableIsMarkdown() {
    assertThat(Report.markdown(OUTCOMES).lines())
        .containsExactly(
            "| | peer | ours, ms | peer, ms | peer / ours |",
            "|---|---|---:|---:|---:|",
            "| CASE `L=5 pass=fwd` | pytorch | 2.000 | 3.000 | 1.50 |",
            "| CASE `L=5 pass=fwd` | composed | 2.000 | 22.000 | 11.00 |",
            "| LAYER `T=7, pass=fit` | stock | 4.000 | 1.000 | 0.25 |");
  }
}
