package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.attention4j.internal.probes.InferencePass;
import org.attention4j.internal.probes.LayerSnapshot;
import org.attention4j.internal.probes.MonitoredLayer;
import org.attention4j.internal.probes.Probe;
import org.attention4j.internal.probes.RowRecomputation;
import org.attention4j.internal.probes.Sampling;
import org.attention4j.monitor.metrics.Geometry;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Shows the attention of a network for one input: all weights, scores and entropies of each layer
 * and head, as arrays and as a page to look at.
 *
 * <pre>{@code
 * InspectedAttention seen =
 *     AttentionInspector.of(network).tokens(List.of("the", "cat", "sat")).inspect(sentence);
 * seen.layer("att").weights(0); // [Tq, Tk]
 * seen.save(Path.of("attention.html"));
 * }</pre>
 *
 * <p>Only the first example of a batch is inspected. The forward pass is that of inference, without
 * dropout, and changes nothing that training depends on. Scores and weights are computed again from
 * the queries and keys of each layer, in DOUBLE, so they are the same on the fused path and the
 * graph path. All that {@link AttentionMonitor} watches can be inspected, Deeplearning4j's own
 * layers and vertices too.
 *
 * <p>Unlike the monitor it holds all rows of all heads, 16 bytes for each visible key of a query.
 * An inspector is for one thread.
 */
public final class AttentionInspector {
  private static final String OWNER = "AttentionInspector";
  private static final Sampling ALL_ROWS = new Sampling(1, Integer.MAX_VALUE, 0);

  private final Model network;
  private final TokenLabels labels = new TokenLabels();
  private @Nullable INDArray @Nullable [] masks;

  private AttentionInspector(Model network) {
    this.network = network;
  }

  /**
   * Makes an inspector.
   *
   * @param network a MultiLayerNetwork or a ComputationGraph; another one is refused by {@link
   *     #inspect}
   * @return the inspector, without labels and masks
   * @throws IllegalArgumentException if the network is null
   */
  public static AttentionInspector of(Model network) {
    if (network == null) {
      throw new IllegalArgumentException(
          OWNER + ": the network is null but must be a MultiLayerNetwork or a ComputationGraph.");
    }
    return new AttentionInspector(network);
  }

  /**
   * Labels the keys, and the queries where queries and keys are one sequence, of all layers that
   * have so many. All other steps are labelled with their numbers, from 0.
   *
   * @param tokens one for each step of the input, for padding too
   * @return this
   * @throws IllegalArgumentException if a token is null
   */
  public AttentionInspector tokens(List<String> tokens) {
    labels.all(tokens);
    return this;
  }

  /**
   * Labels one layer or vertex, for example one with queries of one sequence and keys of another.
   *
   * @param layer its name
   * @param queries one for each query [Tq]
   * @param keys one for each key [Tk]
   * @return this
   * @throws IllegalArgumentException if a token is null
   */
  public AttentionInspector tokens(String layer, List<String> queries, List<String> keys) {
    labels.one(layer, queries, keys);
    return this;
  }

  /**
   * Sets the features masks: zero for padding, any other number for a step that counts.
   *
   * @param inputMasks one for each input of the network, [b, T]; null where all steps count
   * @return this
   */
  public AttentionInspector masks(@Nullable INDArray... inputMasks) {
    masks = inputMasks.clone();
    return this;
  }

  /**
   * Runs the network on the first example.
   *
   * @param inputs one for each input of the network, [b, …]
   * @return the attention of all layers
   * @throws IllegalArgumentException if the network has no attention or another number of inputs,
   *     an input has no example, the masks are not as many as the inputs, or labels do not fit
   */
  public InspectedAttention inspect(INDArray... inputs) {
    if (masks != null && masks.length != inputs.length) {
      throw new IllegalArgumentException(
          "%s: there are %d masks but must be as many as inputs, %d."
              .formatted(OWNER, masks.length, inputs.length));
    }
    INDArray[] examples = new INDArray[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      examples[i] = first(inputs[i], "input " + i);
    }
    try (InferencePass pass = new InferencePass(OWNER, network, examples, firstOfMasks())) {
      List<MonitoredLayer> found = pass.layers();
      if (found.isEmpty()) {
        throw new IllegalArgumentException(
            "%s: this %s of %d parameters has no attention but must have an attention layer or vertex."
                .formatted(OWNER, network.getClass().getSimpleName(), network.numParams()));
      }
      List<InspectedLayer> layers = new ArrayList<>();
      for (MonitoredLayer layer : found) {
        layers.add(inspected(layer));
      }
      labels.requireAllUsed(layers);
      return new InspectedAttention(layers);
    }
  }

  private InspectedLayer inspected(MonitoredLayer layer) {
    Probe probe = new LayerSnapshot(layer, new int[] {0}, Set.of()).probe();
    int queries = probe.queries().steps();
    int keys = probe.keys().steps();
    return new InspectedLayer(
        layer.name(),
        labels.queries(layer.name(), queries, layer.oneSequence()),
        labels.keys(layer.name(), keys),
        new RowRecomputation(probe.spec(), Geometry.INPUT).rows(probe, ALL_ROWS, 0, false));
  }

  private @Nullable INDArray @Nullable [] firstOfMasks() {
    if (masks == null || Arrays.stream(masks).allMatch(mask -> mask == null)) {
      return null;
    }
    @Nullable INDArray[] examples = new INDArray[masks.length];
    for (int i = 0; i < masks.length; i++) {
      INDArray mask = masks[i];
      examples[i] = mask == null ? null : first(mask, "mask " + i);
    }
    return examples;
  }

  private static INDArray first(@Nullable INDArray batch, String name) {
    if (batch == null || batch.isEmpty() || batch.rank() < 2) {
      throw new IllegalArgumentException(
          "%s: %s is %s but must be a batch of one example or more, with the example as first dimension."
              .formatted(
                  OWNER,
                  name,
                  batch == null ? "null" : "of shape " + Arrays.toString(batch.shape())));
    }
    INDArrayIndex[] indices = new INDArrayIndex[batch.rank()];
    Arrays.fill(indices, NDArrayIndex.all());
    indices[0] = NDArrayIndex.interval(0, 1);
    return batch.get(indices).dup();
  }
}
