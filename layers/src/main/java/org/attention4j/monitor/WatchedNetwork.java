package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.dl4j.Observation;
import org.attention4j.layers.AttentionRule;
import org.attention4j.layers.RecurrentAttentionLayer;
import org.attention4j.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Finds the attention of a network that has just made a forward pass. */
final class WatchedNetwork {
  private static final String[] HEADS = {
    SelfAttentionLayer.QUERIES, SelfAttentionLayer.KEYS, SelfAttentionLayer.VALUES
  };

  private WatchedNetwork() {}

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

  static List<Watched> of(Model model) {
    List<Watched> found = new ArrayList<>();
    if (model instanceof MultiLayerNetwork network) {
      for (int i = 0; i < network.getnLayers(); i++) {
        addLayer(network.getLayer(i), String.valueOf(i), found);
      }
    } else if (model instanceof ComputationGraph graph) {
      for (GraphVertex vertex : graph.getVertices()) {
        if (vertex.hasLayer()) {
          addLayer(vertex.getLayer(), vertex.getVertexName(), found);
        } else {
          addVertex(graph, vertex, found);
        }
      }
    }
    return found;
  }

  private static void addLayer(Layer layer, String place, List<Watched> found) {
    Layer running = unwrapped(layer);
    var configuration = running.conf() == null ? null : running.conf().getLayer();
    AttentionRule stockRule = configuration == null ? null : StockHeads.rule(configuration);
    boolean ours =
        configuration instanceof AttentionRule.Holder
            && !(configuration instanceof RecurrentAttentionLayer);
    if (configuration == null || !(ours || stockRule != null) || running.input() == null) {
      return;
    }
    String given = configuration.getLayerName();
    INDArray mask = running.getMaskArray();
    Map<String, INDArray> parameters = running.paramTable(false);
    boolean ownQueries = configuration instanceof org.attention4j.layers.LearnedSelfAttentionLayer;
    found.add(
        new Watched(
            given == null ? "layer" + place : given,
            place + "_",
            stockRule != null ? stockRule : ((AttentionRule.Holder) configuration).attentionRule(),
            parameters,
            new INDArray[] {running.input()},
            ownQueries ? null : mask,
            mask,
            stockRule != null
                ? (inputs, keyMask) -> StockHeads.of(inputs, parameters)
                : (inputs, keyMask) -> heads(Intermediates.of(running, inputs[0], keyMask, HEADS)),
            stockRule != null ? null : observer -> Observation.ofNextBackward(running, observer)));
  }

  private static void addVertex(ComputationGraph graph, GraphVertex vertex, List<Watched> found) {
    var configuration = graph.getConfiguration().getVertices().get(vertex.getVertexName());
    if (configuration instanceof FrozenVertex frozen) {
      configuration = frozen.getUnderlying();
    }
    INDArray[] inputs = vertex.getInputs();
    if (inputs == null || Arrays.stream(inputs).anyMatch(Objects::isNull)) {
      return;
    }
    Map<String, INDArray> parameters = vertex.paramTable(false);
    String name = vertex.getVertexName();
    if (configuration instanceof org.attention4j.layers.AttentionVertex ours
        && !(vertex instanceof org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex)) {
      Map<String, INDArray> masks = Observation.masks(vertex);
      INDArray queryMask = masks.get("queries");
      INDArray keyMask = inputs.length == 1 ? queryMask : masks.get("keys");
      found.add(
          new Watched(
              name,
              name + "_",
              ours.attentionRule(),
              parameters,
              inputs,
              queryMask,
              keyMask,
              (sampled, sampledMask) ->
                  heads(Intermediates.of(vertex, sampled, new INDArray[sampled.length], HEADS)),
              observer -> Observation.ofNextBackward(vertex, observer)));
    } else if (configuration instanceof org.deeplearning4j.nn.conf.graph.AttentionVertex stock) {
      found.add(
          new Watched(
              name,
              name + "_",
              StockHeads.rule(stock),
              parameters,
              inputs,
              onlyMask(graph, inputs[0]),
              onlyMask(graph, inputs[Math.min(1, inputs.length - 1)]),
              (sampled, sampledMask) -> StockHeads.of(sampled, parameters),
              null));
    }
  }

  /** A stock vertex does not show its masks; the network's own, if there is but one that fits. */
  private static @Nullable INDArray onlyMask(ComputationGraph graph, INDArray input) {
    @Nullable INDArray @Nullable [] masks = graph.getInputMaskArrays();
    if (masks == null || masks.length != 1 || masks[0] == null) {
      return null;
    }
    return masks[0].size(0) == input.size(0) && masks[0].size(1) == input.size(2) ? masks[0] : null;
  }

  private static INDArray[] heads(Map<String, INDArray> published) {
    return Arrays.stream(HEADS)
        .map(name -> Objects.requireNonNull(published.get(name)))
        .toArray(INDArray[]::new);
  }

  private static Layer unwrapped(Layer layer) {
    return layer instanceof BaseWrapperLayer wrapper ? unwrapped(wrapper.getUnderlying()) : layer;
  }
}
