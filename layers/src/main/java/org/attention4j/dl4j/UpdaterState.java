package org.attention4j.dl4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What an updater remembers of each parameter, such as Adam's two moments, carried from one network
 * to another that has more parameters.
 *
 * <p>Neighbouring parameters with the same updater form a block, and the state of a block of n
 * values is one vector: the first moment of all n, then the second moment of all n, and so on. One
 * parameter more moves nearly everything, so the state is copied by parameter.
 */
public final class UpdaterState {
  private UpdaterState() {}

  /**
   * Copies the state of every parameter that both networks have. All others keep the state they
   * have in {@code to}. If {@code from} has no state yet, nothing happens.
   *
   * @param from a network, left as it is
   * @param to a network with the same number of layers
   * @param except names of parameters whose state stays as it is in {@code to}
   */
  public static void copy(MultiLayerNetwork from, MultiLayerNetwork to, Set<String> except) {
    if (from.getUpdater(false) instanceof BaseMultiLayerUpdater<?> source
        && to.getUpdater(true) instanceof BaseMultiLayerUpdater<?> target) {
      copy(byParameter(source, place(from)), byParameter(target, place(to)), except);
    }
  }

  /**
   * Copies the state of every parameter that both networks have. All others keep the state they
   * have in {@code to}. If {@code from} has no state yet, nothing happens.
   *
   * @param from a network, left as it is
   * @param to a network whose vertices have the same names
   * @param except names of parameters whose state stays as it is in {@code to}
   */
  public static void copy(ComputationGraph from, ComputationGraph to, Set<String> except) {
    BaseMultiLayerUpdater<?> source = from.getUpdater(false);
    if (source != null) {
      Function<Trainable, String> name = vertex -> ((GraphVertex) vertex).getVertexName();
      copy(byParameter(source, name), byParameter(to.getUpdater(true), name), except);
    }
  }

  private static void copy(
      Map<String, List<INDArray>> from, Map<String, List<INDArray>> to, Set<String> except) {
    to.forEach(
        (parameter, parts) -> {
          List<INDArray> known = from.get(parameter);
          if (known != null && !except.contains(parameter)) {
            for (int part = 0; part < parts.size(); part++) {
              parts.get(part).assign(known.get(part));
            }
          }
        });
  }

  /** The parts of each parameter's state, such as its first and its second moment, as views. */
  private static Map<String, List<INDArray>> byParameter(
      BaseMultiLayerUpdater<?> updater, Function<Trainable, String> place) {
    Map<String, List<INDArray>> states = new HashMap<>();
    for (UpdaterBlock block : updater.getUpdaterBlocks()) {
      @Nullable INDArray view = block.getUpdaterView();
      if (view == null) {
        continue; // an updater that remembers nothing
      }
      INDArray state = view.reshape(view.length());
      int size = block.getParamOffsetEnd() - block.getParamOffsetStart();
      for (UpdaterBlock.ParamState parameter : block.getLayersAndVariablesInBlock()) {
        int start = parameter.getParamOffsetStart() - block.getParamOffsetStart();
        int end = parameter.getParamOffsetEnd() - block.getParamOffsetStart();
        List<INDArray> parts = new ArrayList<>();
        for (long part = 0; part < state.length(); part += size) {
          parts.add(state.get(NDArrayIndex.interval(part + start, part + end)));
        }
        states.put(place.apply(parameter.getLayer()) + "_" + parameter.getParamName(), parts);
      }
    }
    return states;
  }

  /** A layer's place in its network; names need not be unique there. */
  private static Function<Trainable, String> place(MultiLayerNetwork network) {
    List<? extends Trainable> layers = Arrays.asList(network.getLayers());
    return layer -> String.valueOf(layers.indexOf(layer));
  }
}
