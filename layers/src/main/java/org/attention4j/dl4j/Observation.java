package org.attention4j.dl4j;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Hands out gradients of a running layer or vertex while it trains. Nothing is kept or computed for
 * it unless somebody asks.
 */
public final class Observation {
  private Observation() {}

  /**
   * Asks to be told of the gradient that arrives at the output, once, at the next backward pass. A
   * later request replaces an earlier one that is still open.
   *
   * @param layer a running layer of this library, frozen or not; a frozen one has no backward pass
   * @param observer takes the gradient, of the output's shape, on the training thread; must not
   *     keep the array, which lives in a workspace
   * @throws IllegalArgumentException if the layer is not of this library
   */
  public static void ofNextBackward(Layer layer, Consumer<INDArray> observer) {
    Intermediates.source(Intermediates.unwrapped(layer)).observeBackward(observer);
  }

  /**
   * The same for a vertex.
   *
   * @param vertex a running vertex of this library
   * @param observer takes the gradient, as above
   * @throws IllegalArgumentException if the vertex is not of this library
   */
  public static void ofNextBackward(GraphVertex vertex, Consumer<INDArray> observer) {
    Intermediates.source(VertexInternals.unwrapped(vertex)).observeBackward(observer);
  }

  /**
   * Asks for the gradients at those results of a layer that it has made {@linkplain
   * LayerGraph#observeGradient observable}, once, at the next backward pass, which then computes
   * the layer's graph a second time.
   *
   * @param layer a running layer of this library, frozen or not; a frozen one has no backward pass
   * @param observer takes the gradients, detached from all workspaces, on the training thread
   * @throws IllegalArgumentException if the layer is not of this library
   */
  public static void ofInnerGradients(Layer layer, Consumer<List<INDArray>> observer) {
    Intermediates.source(Intermediates.unwrapped(layer)).observeInnerGradients(observer);
  }

  /**
   * The same for a vertex.
   *
   * @param vertex a running vertex of this library
   * @param observer takes the gradients, as above
   * @throws IllegalArgumentException if the vertex is not of this library
   */
  public static void ofInnerGradients(GraphVertex vertex, Consumer<List<INDArray>> observer) {
    Intermediates.source(VertexInternals.unwrapped(vertex)).observeInnerGradients(observer);
  }

  /**
   * Asks for the largest scores of a layer's attention in its last forward pass, once. The backward
   * pass that follows computes all scores again on the fused path in FLOAT, unless its normalizer
   * let it keep the few weights that are not zero. So they cost little more than to compare them.
   *
   * @param layer a running layer of this library, frozen or not; a frozen one has no backward pass
   * @param queryMask zero for a query that does not count, [b, Tq]; null if all count
   * @param observer takes max |z| of each head, and the same without biases of the position, on the
   *     training thread; below zero for a head of which no query sees a key
   * @return false if the backward pass will not meet all scores: then nothing is observed
   * @throws IllegalArgumentException if the layer is not of this library
   */
  public static boolean ofScores(
      Layer layer, float @Nullable [] queryMask, BiConsumer<float[], float[]> observer) {
    return Intermediates.source(Intermediates.unwrapped(layer)).observeScores(queryMask, observer);
  }

  /**
   * The same for a vertex.
   *
   * @param vertex a running vertex of this library
   * @param queryMask zero for a query that does not count; null if all count
   * @param observer takes the largest scores, as above
   * @return false if nothing will be observed
   * @throws IllegalArgumentException if the vertex is not of this library
   */
  public static boolean ofScores(
      GraphVertex vertex, float @Nullable [] queryMask, BiConsumer<float[], float[]> observer) {
    return Intermediates.source(VertexInternals.unwrapped(vertex))
        .observeScores(queryMask, observer);
  }

  /**
   * The masks that an attention vertex uses for its present inputs.
   *
   * @param vertex a running vertex of this library or a stock SameDiff vertex, frozen or not, after
   *     a forward pass
   * @return the masks of shape [b, T] in the order of the inputs, null for an input all of whose
   *     steps count; empty if there are none
   */
  public static @Nullable INDArray[] masks(GraphVertex vertex) {
    GraphVertex running = VertexInternals.unwrapped(vertex);
    return running instanceof IntermediateSource source
        ? source.masks()
        : VertexInternals.masks(running);
  }
}
