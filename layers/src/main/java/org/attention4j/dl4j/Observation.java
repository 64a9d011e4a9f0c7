package org.attention4j.dl4j;

import java.util.List;
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
