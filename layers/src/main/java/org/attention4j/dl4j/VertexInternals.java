package org.attention4j.dl4j;

import java.lang.reflect.Field;
import org.deeplearning4j.nn.graph.vertex.BaseWrapperVertex;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.samediff.SameDiffGraphVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What running vertices of M2.1 know and have no method for. */
final class VertexInternals {
  private VertexInternals() {}

  /** The vertex within a wrapper, such as one that freezes it. */
  static GraphVertex unwrapped(GraphVertex vertex) {
    return vertex instanceof BaseWrapperVertex
            && field(BaseWrapperVertex.class, "underlying", vertex) instanceof GraphVertex inner
        ? unwrapped(inner)
        : vertex;
  }

  /** The masks of a stock SameDiff vertex, in the order of its inputs; empty if it has none. */
  static @Nullable INDArray[] masks(GraphVertex vertex) {
    return vertex instanceof SameDiffGraphVertex
            && field(SameDiffGraphVertex.class, "maskArrays", vertex) instanceof INDArray[] masks
        ? masks
        : new INDArray[0];
  }

  private static @Nullable Object field(Class<?> owner, String name, Object instance) {
    try {
      Field field = owner.getDeclaredField(name);
      field.setAccessible(true);
      return field.get(instance);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "%s has no field '%s'; attention4j needs Deeplearning4j 1.0.0-M2.1."
              .formatted(owner.getName(), name),
          e);
    }
  }
}
