package org.attention4j.examples.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a chart shows, as JSON that can stand in HTML. */
final class PlotJson {
  private static final JsonMapper JSON = new JsonMapper();

  /** Every whole number up to this is a double. */
  private static final double MAX_WHOLE = 1L << 53;

  private PlotJson() {}

  static String of(Plot plot) {
    ObjectNode node = JSON.createObjectNode();
    node.put("title", plot.title());
    node.set("x", axis(plot.x()));
    node.set("y", axis(plot.y()));
    ArrayNode curves = node.putArray("curves");
    plot.curves().forEach(curve -> curves.add(curve(curve)));
    try {
      return JSON.writeValueAsString(node)
          .replace("&", "\\u0026")
          .replace("<", "\\u003c")
          .replace(">", "\\u003e");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "The chart '%s' cannot be written.".formatted(plot.title()), e);
    }
  }

  private static ObjectNode axis(Plot.Axis axis) {
    ObjectNode node = JSON.createObjectNode();
    node.put("title", axis.title());
    node.put("scale", axis.scale().label());
    numbers(node.putArray("least"), axis.least());
    axis.names().forEach(node.putArray("names")::add);
    return node;
  }

  private static ObjectNode curve(Plot.Curve curve) {
    ObjectNode node = JSON.createObjectNode();
    node.put("name", curve.name());
    node.put("style", curve.style().label());
    if (curve.color().isPresent()) {
      int color = curve.color().getAsInt();
      node.put("color", Theme.LIGHT.index(color));
      node.put("dashed", Theme.LIGHT.isDashed(color));
    }
    numbers(node.putArray("x"), curve.x());
    numbers(node.putArray("y"), curve.y());
    if (curve.hasSpread()) {
      numbers(node.putArray("low"), curve.low());
      numbers(node.putArray("high"), curve.high());
    }
    return node;
  }

  /** With all their digits; null for what is not finite, since JSON has no name for it. */
  private static void numbers(ArrayNode array, double[] values) {
    for (double value : values) {
      if (!Double.isFinite(value)) {
        array.addNull();
      } else if (value == Math.rint(value) && Math.abs(value) < MAX_WHOLE) {
        array.add((long) value);
      } else {
        array.add(value);
      }
    }
  }
}
