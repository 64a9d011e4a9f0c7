package org.attention4j.examples.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.attention4j.examples.report.Table.Emphasis;
import org.attention4j.examples.report.Table.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final double[] X = {1, 10, 100};
  private static final double[] WITHIN = {0.2, 0.9, 0.3};

  @TempDir Path directory;

  @Test
  void thePageCarriesEverythingAndEscapesIt() throws IOException {
    Figure figure = new Figure("curve", "<drawing>", chart());
    Table table =
        new Table(
            "<caption>",
            List.of("name", "<heading>"),
            List.of(Row.ofCurve(10, List.of("<b>&\"</b>", "1.5")).with(Emphasis.STRONG)));
    Report report =
        new Report(
            "<title>",
            "<lead>",
            List.of(
                Section.of("<section>", Paragraph.finding("<p1>"), Gallery.of(figure, table)),
                Section.of("another", table)),
            Map.of("Command", "a < b"));

    Path page = report.write(directory);

    String html = Files.readString(page);
    assertThat(html)
        .doesNotContain("<b>", "<drawing>", "<lead>", "<p1>", "<heading>", "a < b")
        .contains("&lt;title&gt;", "&lt;drawing&gt;", "&lt;b&gt;&amp;&quot;", "a &lt; b")
        .contains("class=\"finding\"", "<tr class=\"strong\">", "id=\"s2\"", "href=\"#s2\"")
        .contains("--c3: " + Theme.LIGHT.curve(3), "--c3: " + Theme.DARK.curve(3))
        .doesNotContain("${light", "${figure");
    PageCharts.assertSelfContained(html);
    assertThat(directory)
        .isDirectoryContaining("glob:**/curve.png")
        .isDirectoryNotContaining("glob:**/*.tmp");
  }

  @Test
  void thePageHoldsWhatTheChartsShow() throws IOException {
    double[] fractions = {0.1 + 0.2, 1e-7, Double.NaN};
    LineChart chart =
        new LineChart("</script><!--&", "x", "y")
            .powersOfTwoX()
            .logY()
            .yRange(0.5, 2)
            .line("<i>", 8, X, fractions, new double[] {0, 1, 2}, new double[] {1, 2, 1e300})
            .guide("limit", X, X);
    Report report =
        new Report(
            "t", "l", List.of(Section.of("s", Gallery.of(new Figure("f", "c", chart)))), Map.of());

    String html = Files.readString(report.write(directory));

    assertThat(html).doesNotContain("<i>", "</script><!--");
    Plot plot = PageCharts.of(html).get("f");
    assertThat(plot)
        .usingRecursiveComparison()
        .ignoringFields("curves.color")
        .withEqualsForType(Double::equals, Double.class)
        .isEqualTo(chart.plot());
    assertThat(plot.curves().get(0).color()).hasValue(8 % Theme.LIGHT.curveColors().size());
    assertThat(plot.curves().get(1).color()).isEmpty();
  }

  /** An axis that ends below a point would hide how far the curve goes. */
  @Test
  void theVerticalAxisHoldsEveryPoint() {
    double[] low = {-2, 0.1, 0.2};
    double[] high = {0.3, 5, 0.4};
    LineChart within = new LineChart("", "x", "y").yRange(0, 1).line("a", 0, X, WITHIN);
    LineChart beyond =
        new LineChart("", "x", "y")
            .yRange(0, 1)
            .line("a", 0, X, WITHIN, low, high)
            .guide("b", X, new double[] {3, Double.POSITIVE_INFINITY, Double.NaN});

    assertThat(within.draw(Theme.LIGHT).getStyler().getYAxisMin()).isEqualTo(0);
    assertThat(within.draw(Theme.LIGHT).getStyler().getYAxisMax()).isEqualTo(1);
    assertThat(beyond.draw(Theme.LIGHT).getStyler().getYAxisMin()).isEqualTo(-2);
    assertThat(beyond.draw(Theme.LIGHT).getStyler().getYAxisMax()).isEqualTo(5);
  }

  @Test
  void whatHasNoLogarithmIsLeftOut() throws IOException {
    LineChart chart = new LineChart("", "x", "y").logX().logY();
    chart.line("some", 0, new double[] {0, 1, 2, 3}, new double[] {1, Double.NaN, 0, 4});
    chart.line("none", 1, X, new double[] {-1, 0, Double.POSITIVE_INFINITY});

    assertThat(chart.draw(Theme.LIGHT).getSeriesCollection()).hasSize(1);
    assertThat(chart.draw(Theme.LIGHT).getSeries("some").getXData()).containsExactly(3);
    Files.write(directory.resolve("a.png"), Charts.png(chart.draw(Theme.DARK)));
    BufferedImage image = ImageIO.read(directory.resolve("a.png").toFile());
    assertThat(image.getRGB(2, 2)).isEqualTo(Theme.DARK.paper().getRGB());
  }

  @Test
  void tablesAlignNumbersRightAndWordsLeft() {
    Table table =
        new Table(
            "",
            List.of("name", "bits", "rule"),
            List.of(
                Row.of(List.of("softmax", "3.25", "cold")),
                Row.of(List.of("top-k:8", "\u2013", "logit-blow-up"))));

    assertThat(table.words()).containsExactly(true, false, true);
    assertThat(table.text().lines())
        .containsExactly(
            "name     bits  rule", "softmax  3.25  cold", "top-k:8     \u2013  logit-blow-up");
  }

  @Test
  void rowsOfAnotherLengthAreRefused() {
    List<Row> rows = List.of(Row.of(List.of("one")));
    assertThatThrownBy(() -> new Table("heads", List.of("a", "b"), rows))
        .hasMessage("The table 'heads' has 2 headings but a row with 1 cells.");
    assertThatThrownBy(() -> new Csv("a", "b").row(1))
        .hasMessage("A row has 1 values but there are 2 columns.");
  }

  @Test
  void csvLeavesOutWhatIsNoNumber() throws IOException {
    Path file = directory.resolve("a.csv");

    new Csv("name", "value").row("a, \"b\"", 0.1).row("c", Double.NaN).write(file);

    assertThat(file).content().isEqualTo("name,value\n\"a, \"\"b\"\"\",0.1\nc,\n");
  }

  private static LineChart chart() {
    return new LineChart("T", "x", "y")
        .logX()
        .line(
            "a", 0, X, new double[] {1.5, 2.5, 3.5}, new double[] {1, 2, 3}, new double[] {2, 3, 4})
        .guide("limit", X, new double[] {2, 2, 2});
  }
}
