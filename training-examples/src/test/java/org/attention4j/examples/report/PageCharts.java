package org.attention4j.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** Reads the charts of a report out of its page. */
public final class PageCharts {
  private static final Pattern FIGURE =
      Pattern.compile(
          "<figure id=\"([^\"]+)\">.*?<script type=\"application/json\">(.*?)</script>",
          Pattern.DOTALL);
  private static final JsonMapper JSON = new JsonMapper();

  private PageCharts() {}

  /** What each chart shows, by the name of its figure. */
  public static Map<String, Plot> of(String html) throws IOException {
    Map<String, Plot> charts = new LinkedHashMap<>();
    Matcher figures = FIGURE.matcher(html);
    while (figures.find()) {
      assertThat(charts.put(figures.group(1), plot(JSON.readTree(figures.group(2)))))
          .as(figures.group(1))
          .isNull();
    }
    return charts;
  }

  /** The curve of a name. */
  public static Plot.Curve curve(Plot plot, String name) {
    return plot.curves().stream()
        .filter(curve -> curve.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The page without scripts and what they draw. */
  public static String withoutScripts(String html) {
    return html.replaceAll("(?s)<script[^>]*>.*?</script>", "");
  }

  /** Whether the page needs nothing beside it, apart from what its scripts do. */
  public static void assertSelfContained(String html) {
    String page = withoutScripts(html);
    assertThat(page).doesNotContain("<script", "http://", "https://", "url(", "${");
    assertThat(page).doesNotContainPattern("href=\"(?!#)");
    assertThat(page).doesNotContainPattern("(src|srcset)=\"(?!data:image/png;base64,)");
    assertThat(page).contains("content=\"default-src 'none'; img-src data:;");
    assertThat(html).doesNotContainPattern("<script[^>]* src=");
  }

  private static Plot plot(JsonNode node) {
    List<Plot.Curve> curves = new ArrayList<>();
    node.get("curves").forEach(curve -> curves.add(curve(curve)));
    return new Plot(node.get("title").asText(), axis(node.get("x")), axis(node.get("y")), curves);
  }

  private static Plot.Axis axis(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.path("names").forEach(name -> names.add(name.asText()));
    return new Plot.Axis(
        node.get("title").asText(),
        Plot.Scale.valueOf(node.get("scale").asText().toUpperCase(Locale.ROOT)),
        numbers(node.get("least")),
        names);
  }

  private static Plot.Curve curve(JsonNode node) {
    return new Plot.Curve(
        node.get("name").asText(),
        Plot.Style.valueOf(node.get("style").asText().toUpperCase(Locale.ROOT)),
        node.has("color") ? OptionalInt.of(node.get("color").asInt()) : OptionalInt.empty(),
        numbers(node.get("x")),
        numbers(node.get("y")),
        numbers(node.path("low")),
        numbers(node.path("high")));
  }

  private static double[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(number -> number.isNull() ? Double.NaN : number.asDouble())
        .toArray();
  }
}
