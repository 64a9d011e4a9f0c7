package org.attention4j.internal.probes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/** Finds the attention of a network that has just made a forward pass. */
public final class MonitoredNetwork {
  private MonitoredNetwork() {}

  /**
   * The iteration of a network.
   *
   * @param model a MultiLayerNetwork or a ComputationGraph
   * @return the iteration, counted from 0
   */
  public static int iteration(Model model) {
    return model instanceof MultiLayerNetwork network
        ? network.getIterationCount()
        : ((ComputationGraph) model).getIterationCount();
  }

  /**
   * The epoch of a network.
   *
   * @param model a MultiLayerNetwork or a ComputationGraph
   * @return the epoch, counted from 0
   */
  public static int epoch(Model model) {
    return model instanceof MultiLayerNetwork network
        ? network.getEpochCount()
        : ((ComputationGraph) model).getEpochCount();
  }

  /**
   * All attention in the network, each with a unique name.
   *
   * @param model the network
   * @param activations the outputs of its layers
   * @return its attention layers and vertices that have an input
   */
  public static List<MonitoredLayer> of(Model model, Activations activations) {
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
                : VertexProbes.of(graph, vertex, activations),
            found);
      }
    }
    return withUniqueNames(found);
  }

  /**
   * Whether a backward pass reaches all layers: Deeplearning4j ends it at a frozen one.
   *
   * @param model the network
   * @return false if something in it is frozen
   */
  public static boolean isTrainedWholly(Model model) {
    return model instanceof MultiLayerNetwork network
        ? Arrays.stream(network.getLayers()).noneMatch(MonitoredNetwork::isFrozen)
        : Arrays.stream(((ComputationGraph) model).getVertices())
            .noneMatch(
                vertex ->
                    vertex instanceof FrozenVertex
                        || (vertex.hasLayer() && isFrozen(vertex.getLayer())));
  }

  private static boolean isFrozen(Layer layer) {
    return layer instanceof FrozenLayer
        || (layer instanceof BaseWrapperLayer wrapper && isFrozen(wrapper.getUnderlying()));
  }

  private static void add(@Nullable MonitoredLayer monitored, List<MonitoredLayer> found) {
    if (monitored != null) {
      found.add(monitored);
    }
  }

  /** Deeplearning4j lets several layers of a network have one name. */
  private static List<MonitoredLayer> withUniqueNames(List<MonitoredLayer> found) {
    Set<String> names = new HashSet<>();
    List<MonitoredLayer> result = new ArrayList<>();
    for (MonitoredLayer monitored : found) {
      String name = monitored.name();
      for (int i = 2; !names.add(name); i++) {
        name = monitored.name() + "#" + i;
      }
      result.add(monitored.named(name));
    }
    return result;
  }
}
