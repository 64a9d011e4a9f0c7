package org.attention4j.monitor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the steps of an inspected input are called; numbers from 0 where nothing is said. */
final class TokenLabels {
  private final Map<String, List<String>> queriesByLayer = new LinkedHashMap<>();
  private final Map<String, List<String>> keysByLayer = new LinkedHashMap<>();
  private @Nullable List<String> all;

  void all(List<String> tokens) {
    all = copy(tokens);
  }

  void one(String layer, List<String> queries, List<String> keys) {
    queriesByLayer.put(layer, copy(queries));
    keysByLayer.put(layer, copy(keys));
  }

  private static List<String> copy(@Nullable List<String> tokens) {
    if (tokens == null || tokens.stream().anyMatch(token -> token == null)) {
      throw new IllegalArgumentException(
          "AttentionInspector: %s null but must be text."
              .formatted(tokens == null ? "the list of tokens is" : "a token is"));
    }
    return List.copyOf(tokens);
  }

  List<String> queries(String layer, int steps, boolean alsoKeys) {
    return labels(queriesByLayer.get(layer), alsoKeys, layer, steps, "queries");
  }

  List<String> keys(String layer, int steps) {
    return labels(keysByLayer.get(layer), true, layer, steps, "keys");
  }

  private List<String> labels(
      @Nullable List<String> own, boolean ofInput, String layer, int steps, String what) {
    if (own != null) {
      if (own.size() != steps) {
        throw new IllegalArgumentException(
            "AttentionInspector: there are %d tokens for the %s of layer '%s' but must be %d, one for each."
                .formatted(own.size(), what, layer, steps));
      }
      return own;
    }
    return ofInput && all != null && all.size() == steps
        ? all
        : IntStream.range(0, steps).mapToObj(String::valueOf).toList();
  }

  /** Refuses labels that no layer has taken. */
  void requireAllUsed(List<InspectedLayer> layers) {
    for (String name : keysByLayer.keySet()) {
      if (layers.stream().noneMatch(layer -> layer.name().equals(name))) {
        throw new IllegalArgumentException(
            "AttentionInspector: there are tokens for layer '%s' but the layers with attention are %s."
                .formatted(name, names(layers)));
      }
    }
    List<String> tokens = all;
    if (tokens != null && layers.stream().noneMatch(layer -> layer.keys().equals(tokens))) {
      throw new IllegalArgumentException(
          "AttentionInspector: there are %d tokens but must be one for each key, padding too: %s."
              .formatted(
                  tokens.size(),
                  layers.stream()
                      .map(
                          layer -> "layer '%s' has %d".formatted(layer.name(), layer.keys().size()))
                      .collect(Collectors.joining(", "))));
    }
  }

  static String names(List<InspectedLayer> layers) {
    return layers.stream().map(layer -> "'" + layer.name() + "'").collect(Collectors.joining(", "));
  }
}
