package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/** Finds the attention of a network that has just made a forward pass. */
final class MonitoredNetwork {
  private MonitoredNetwork() {}

  static int iteration(Model model) {
    return model instanceof MultiLayerNetwork network
        ? network.getIterationCount()
        : ((ComputationGraph) model).getIterationCount();
  }

  static int epoch(Model model) {
    return model instanceof MultiLayerNetwork network
        ? network.getEpochCount()
        : ((ComputationGraph) model).getEpochCount();
  }

  /** All attention in the network, each under a name of its own. */
  static List<MonitoredLayer> of(Model model, Activations activations) {
    List<MonitoredLayer> found = new ArrayList<>();
    if (model instanceof MultiLayerNetwork network) {
      for (int i = 0; i < network.getnLayers(); i++) {
        add(LayerProbes.of(network.getLayer(i), String.valueOf(i), activations), found);
      }
    } else if (model instanceof ComputationGraph graph) {
      for (GraphVertex vertex : graph.getVertices()) {
        add(
            vertex.hasLayer()
                ? LayerProbes.of(vertex.getLayer(), vertex.getVertexName(), activations)
                : VertexProbes.of(graph, vertex),
            found);
      }
    }
    return withNamesOfTheirOwn(found);
  }

  private static void add(@Nullable MonitoredLayer watched, List<MonitoredLayer> found) {
    if (watched != null) {
      found.add(watched);
    }
  }

  /** Deeplearning4j lets several layers of a network have one name. */
  private static List<MonitoredLayer> withNamesOfTheirOwn(List<MonitoredLayer> found) {
    Set<String> names = new HashSet<>();
    List<MonitoredLayer> result = new ArrayList<>();
    for (MonitoredLayer watched : found) {
      String name = watched.name();
      for (int i = 2; !names.add(name); i++) {
        name = watched.name() + "#" + i;
      }
      result.add(watched.named(name));
    }
    return result;
  }
}
