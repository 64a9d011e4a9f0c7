package org.attention4j.internal.probes;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A forward pass of a network in inference mode, whose layers keep their inputs until it is closed.
 * Parameters, updater, iteration, score and the state of recurrent layers stay as they are. It is
 * outside all workspaces: Deeplearning4j refuses such a pass where one is open.
 */
public final class InferencePass implements AutoCloseable {
  private final Model model;
  private final INDArray @Nullable [] inputsBefore;
  private final Activations activations;

  /**
   * Runs the network.
   *
   * @param owner who asks, for the messages of errors
   * @param model a MultiLayerNetwork or a ComputationGraph
   * @param features one array for each input of the network
   * @param masks the mask of each input, null where all steps count; null if there are none
   * @throws IllegalArgumentException if it is another model, or has another number of inputs
   */
  public InferencePass(
      String owner, Model model, INDArray[] features, @Nullable INDArray @Nullable [] masks) {
    this.model = model;
    if (model instanceof MultiLayerNetwork network) {
      requireInputs(owner, 1, features);
      INDArray before = network.getInput();
      inputsBefore = before == null ? null : new INDArray[] {before};
    } else if (model instanceof ComputationGraph graph) {
      requireInputs(owner, graph.getNumInputArrays(), features);
      inputsBefore = graph.getInputs();
    } else {
      throw new IllegalArgumentException(
          "%s: the model is %s but must be a MultiLayerNetwork or a ComputationGraph."
              .formatted(owner, model == null ? "null" : "a " + model.getClass().getSimpleName()));
    }
    boolean done = false;
    try {
      activations = run(features, masks);
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private Activations run(INDArray[] features, @Nullable INDArray @Nullable [] masks) {
    if (model instanceof MultiLayerNetwork network) {
      network.setInput(features[0]);
      network.setLayerMaskArrays(masks == null ? null : masks[0], null);
      return Activations.ofLayers(network.feedForward(false, false));
    }
    ComputationGraph graph = (ComputationGraph) model;
    graph.setLayerMaskArrays(masks, null);
    Map<String, INDArray> outputs = graph.feedForward(features, false, false);
    return outputs::get;
  }

  private static void requireInputs(String owner, int count, INDArray[] features) {
    for (int i = 0; i < features.length; i++) {
      @Nullable INDArray input = features[i];
      if (input == null) {
        throw new IllegalArgumentException(
            "%s: the features of input %d are null but must be an array.".formatted(owner, i));
      }
    }
    if (features.length != count) {
      throw new IllegalArgumentException(
          "%s: there are %d feature arrays but must be as many as the network has inputs, %d."
              .formatted(owner, features.length, count));
    }
  }

  /**
   * The attention of the network, with the inputs of this pass.
   *
   * @return its attention layers and vertices
   */
  public List<MonitoredLayer> layers() {
    return MonitoredNetwork.of(model, activations);
  }

  @Override
  public void close() {
    if (model instanceof MultiLayerNetwork network) {
      network.clearLayersStates();
      network.clearLayerMaskArrays();
      network.setInput(inputsBefore == null ? null : inputsBefore[0]);
    } else if (model instanceof ComputationGraph graph) {
      graph.clearLayersStates();
      graph.clearLayerMaskArrays();
      if (inputsBefore != null) {
        graph.setInputs(inputsBefore);
      }
    }
  }
}
