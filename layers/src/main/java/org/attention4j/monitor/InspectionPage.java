package org.attention4j.monitor;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.internal.files.WholeFile;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * The page of an inspected input: inspection.html with the numbers in it. Numbers are FLOAT, little
 * endian, in Base64; labels are JSON.
 */
final class InspectionPage {
  private static final int MAX_STEPS = 512;

  /** Weights and scores of as many cells have 22 MB. */
  private static final int MAX_CELLS = 1 << 21;

  private static final String PLACEHOLDER = "@DATA@";

  private InspectionPage() {}

  static void write(List<InspectedLayer> layers, Path file) throws IOException {
    String template = template();
    int start = template.indexOf(PLACEHOLDER);
    String data = data(layers);
    WholeFile.write(
        file,
        beside -> {
          try (Writer writer = Files.newBufferedWriter(beside)) {
            writer.write(template, 0, start);
            writer.write(data);
            writer.write(template.substring(start + PLACEHOLDER.length()));
          }
        });
  }

  private static String template() throws IOException {
    try (InputStream stream = InspectionPage.class.getResourceAsStream("inspection.html")) {
      if (stream == null) {
        throw new FileNotFoundException("AttentionInspector has no file inspection.html.");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** JSON in which no character begins or ends anything in HTML. */
  private static String data(List<InspectedLayer> layers) throws IOException {
    int limit = limit(layers.stream().mapToInt(InspectedLayer::heads).sum());
    List<Map<String, Object>> all = new ArrayList<>();
    for (InspectedLayer layer : layers) {
      all.add(data(layer, limit));
    }
    return new ObjectMapper()
        .writeValueAsString(all)
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e");
  }

  /** How many queries and keys are drawn, with so many heads in all layers. */
  static int limit(int heads) {
    return Math.min(MAX_STEPS, (int) Math.sqrt((double) MAX_CELLS / heads));
  }

  private static Map<String, Object> data(InspectedLayer layer, int limit) {
    int queries = Math.min(limit, layer.queries().size());
    int keys = Math.min(limit, layer.keys().size());
    List<Map<String, String>> heads = new ArrayList<>();
    for (int head = 0; head < layer.heads(); head++) {
      heads.add(
          Map.of(
              "weights", encoded(layer.weights(head, queries, keys)),
              "scores", encoded(layer.scores(head, queries, keys)),
              "entropy", encoded(layer.entropy(head, queries))));
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", layer.name());
    data.put("queries", layer.queries().subList(0, queries));
    data.put("keys", layer.keys().subList(0, keys));
    data.put("allQueries", layer.queries().size());
    data.put("allKeys", layer.keys().size());
    data.put("heads", heads);
    return data;
  }

  private static String encoded(double[]... rows) {
    ByteBuffer bytes =
        ByteBuffer.allocate(rows.length * rows[0].length * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (double[] row : rows) {
      for (double value : row) {
        bytes.putFloat((float) value);
      }
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
