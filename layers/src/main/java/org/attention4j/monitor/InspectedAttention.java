package org.attention4j.monitor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The attention of a network for one input, as {@link AttentionInspector} has found it. */
public final class InspectedAttention {
  private final List<InspectedLayer> layers;

  InspectedAttention(List<InspectedLayer> layers) {
    this.layers = List.copyOf(layers);
  }

  /**
   * All attention layers and vertices, in the order of the network.
   *
   * @return the layers, at least one
   */
  public List<InspectedLayer> layers() {
    return layers;
  }

  /**
   * One layer or vertex.
   *
   * @param name its name; {@code layer3} for one without a name
   * @return the layer
   * @throws IllegalArgumentException if there is none of this name
   */
  public InspectedLayer layer(String name) {
    return layers.stream()
        .filter(layer -> layer.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "AttentionInspector: the layer is '%s' but must be one with attention: %s."
                        .formatted(name, TokenLabels.names(layers))));
  }

  /**
   * Writes a page with the heat maps of weights and scores of all heads, labelled with the tokens,
   * and the entropy of each query. It is one HTML file that a browser shows without a network.
   *
   * <p>Of long inputs it shows the first 512 queries and keys; fewer with more than 8 heads in all
   * layers, so that the file stays below 25 MB.
   *
   * @param file the file, which is created or replaced
   * @throws IOException if the file cannot be written; an existing one is as it was
   */
  public void save(Path file) throws IOException {
    InspectionPage.write(layers, file);
  }
}
