package org.attention4j.monitor.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.AttentionInspector;
import org.attention4j.monitor.InspectedAttention;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.TestNetworks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The page of an inspected input, in a browser; skipped where there is none. */
final class InspectionInBrowserTest {
  private static final String INJECTED = "</script><script>window.injected = 1</script>";

  @TempDir private Path directory;

  private static InspectedAttention seen() {
    List<String> tokens =
        IntStream.range(0, 11).mapToObj(i -> i == 2 ? INJECTED : "token" + i).toList();
    return AttentionInspector.of(
            TestNetworks.of(
                    new SelfAttentionLayer.Builder()
                        .name("att")
                        .nOut(14)
                        .nHeads(2)
                        .projectInput(true)
                        .causal(true)
                        .build())
                .perturbed(0.5)
                .network(DataType.DOUBLE))
        .tokens(tokens)
        .inspect(Sequences.input(DataType.DOUBLE, 1, 11));
  }

  /** Points into the middle of a cell of the first head. */
  private static String point(int row, int column) {
    return """
    const map = maps[0], box = map.canvas.getBoundingClientRect();
    map.canvas.dispatchEvent(new PointerEvent("pointerdown", {
      clientX: box.left + map.left + (%d + 0.5) * map.cell,
      clientY: box.top + map.top + (%d + 0.5) * map.cell,
    }));
    """
        .formatted(column, row);
  }

  @Test
  void showsEachCell() throws IOException {
    InspectedAttention seen = seen();
    Path file = directory.resolve("page.html");
    seen.save(file);
    INDArray weights = seen.layer("att").weights(0);
    try (Browser browser = new Browser()) {
      for (boolean dark : new boolean[] {false, true}) {
        for (int width : new int[] {390, 1280}) {
          browser.show(file.toUri(), width, 900, dark);
          browser.await("document.querySelectorAll('canvas').length === 2");
          assertThat(browser.json("document.documentElement.scrollWidth").asInt())
              .isLessThanOrEqualTo(width);
          assertThat(browser.json("document.querySelector('.scroll').scrollWidth").asInt())
              .isLessThanOrEqualTo(width);
          browser.run(point(5, 2));
          assertThat(browser.text("tip"))
              .contains("query 5 “token5”", "key 2 “" + INJECTED + "”", "entropy of the query");
          double shown =
              browser
                  .json(
                      "Number(/weight (\\S+)/.exec(document.getElementById('tip').textContent)[1])")
                  .asDouble();
          double expected = weights.getDouble(5, 2);
          assertThat(Math.abs(shown - expected)).isLessThan(1e-3 * expected);
          browser.run(point(2, 5));
          assertThat(browser.text("tip")).contains("key 5 “token5”\nhidden");
          // Grey for a hidden key, the end of the range for the largest weight of the layer, 1.
          assertThat(pixel(browser, 2, 5)).isEqualTo(dark ? "43,54,66" : "227,232,238");
          assertThat(pixel(browser, 0, 0)).isEqualTo("253,231,37");
          browser.run("document.querySelector('input[value=scores]').click()");
          assertThat(browser.json("shown").asText()).isEqualTo("scores");
        }
      }
      assertThat(browser.json("window.injected === undefined").asBoolean()).isTrue();
      assertThat(browser.requests()).isEmpty();
      assertThat(browser.console()).isEmpty();
      String picture = System.getProperty("inspection.picture");
      if (picture != null) {
        browser.show(file.toUri(), 390, 900, true);
        browser.picture(Path.of(picture + "-dark.png"));
        browser.show(file.toUri(), 1280, 900, false);
        browser.run(point(5, 2));
        browser.picture(Path.of(picture + "-light.png"));
      }
    }
  }

  private static String pixel(Browser browser, int row, int column) throws IOException {
    return browser
        .json(
            """
            (() => {
              const copy = document.createElement("canvas");
              copy.width = copy.height = 1;
              const context = copy.getContext("2d", { willReadFrequently: true });
              context.drawImage(maps[0].canvas,
                -Math.floor(maps[0].left + (%d + 0.5) * maps[0].cell),
                -Math.floor(maps[0].top + (%d + 0.5) * maps[0].cell));
              return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)].join(",");
            })()
            """
                .formatted(column, row))
        .asText();
  }
}
