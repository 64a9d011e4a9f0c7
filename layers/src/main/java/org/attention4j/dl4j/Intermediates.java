package org.attention4j.dl4j;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Intermediate results of a layer or vertex, such as attention weights, computed on request by an
 * inference pass of that layer alone. Nothing is kept during training for it.
 */
public final class Intermediates {
  private Intermediates() {}

  /**
   * Computes intermediate results of a layer.
   *
   * @param layer a running layer of this library, frozen or not
   * @param input the layer's input, shape [b, size, T]
   * @param mask one for a step that counts and zero for padding, shape [b, T]; null if all count
   * @param names what to compute; the layers say what they publish
   * @return the results by name, detached from all workspaces
   * @throws IllegalArgumentException if the layer is not of this library or publishes no such
   *     result
   */
  public static Map<String, INDArray> of(
      Layer layer, INDArray input, @Nullable INDArray mask, String... names) {
    return source(unwrapped(layer))
        .intermediates(new INDArray[] {input}, new INDArray[] {mask}, List.of(names));
  }

  /**
   * Computes intermediate results of a vertex.
   *
   * @param vertex a running vertex of this library, frozen or not
   * @param inputs its inputs
   * @param masks the masks of the inputs, null where all steps count
   * @param names what to compute; the vertices say what they publish
   * @return the results by name, detached from all workspaces
   * @throws IllegalArgumentException if the vertex is not of this library or publishes no such
   *     result
   */
  public static Map<String, INDArray> of(
      GraphVertex vertex, INDArray[] inputs, @Nullable INDArray[] masks, String... names) {
    return source(VertexInternals.unwrapped(vertex)).intermediates(inputs, masks, List.of(names));
  }

  /**
   * Intermediate results of a layer's last forward pass, if that was one of training and has kept
   * them in Java for its backward pass. They cost nothing, and have all dropout and noise of that
   * pass.
   *
   * @param layer a running layer of this library, frozen or not
   * @param names as above
   * @return the numbers by name, in C order of the shape that {@link #of} gives, without those that
   *     were not kept; not to be changed, and to be read before the backward pass only
   * @throws IllegalArgumentException as above
   */
  public static Map<String, float[]> kept(Layer layer, String... names) {
    return source(unwrapped(layer)).kept(List.of(names));
  }

  /**
   * The same of a vertex.
   *
   * @param vertex a running vertex of this library, frozen or not
   * @param names as above
   * @return the numbers by name
   * @throws IllegalArgumentException as above
   */
  public static Map<String, float[]> kept(GraphVertex vertex, String... names) {
    return source(VertexInternals.unwrapped(vertex)).kept(List.of(names));
  }

  /** The layer within a wrapper, such as one that freezes it. */
  static Layer unwrapped(Layer layer) {
    return layer instanceof org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer wrapper
        ? unwrapped(wrapper.getUnderlying())
        : layer;
  }

  static IntermediateSource source(Object layer) {
    if (layer instanceof IntermediateSource source) {
      return source;
    }
    throw new IllegalArgumentException(
        layer.getClass().getName()
            + " publishes no intermediate results; only layers and vertices of attention4j do.");
  }
}
