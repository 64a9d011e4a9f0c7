package org.attention4j.internal.graph;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.internal.SessionMemMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;

/**
 * The arrays of one run: an array that is no longer read serves the next result of its size, which
 * keeps large intermediate results in the cache and spares the first touch of fresh memory.
 */
final class ArrayPool {
  private record Size(DataType type, long length) {}

  private final SessionMemMgr memory;
  private final Map<Size, Deque<INDArray>> free = new HashMap<>();

  ArrayPool(SessionMemMgr memory) {
    this.memory = memory;
  }

  /**
   * An array of the given shape with arbitrary content; a result of the whole run is always new.
   */
  INDArray allocate(LongShapeDescriptor shape, DataType type, boolean result) {
    if (shape.isEmpty()) {
      return memory.allocate(result, shape.asDataType(type));
    }
    INDArray reused = result ? null : reuse(shape, type);
    return reused == null ? memory.allocate(result, type, shape.getShape()) : reused;
  }

  private @Nullable INDArray reuse(LongShapeDescriptor shape, DataType type) {
    long length = 1;
    for (long size : shape.getShape()) {
      length *= size;
    }
    Deque<INDArray> candidates = free.get(new Size(type, length));
    INDArray array = candidates == null ? null : candidates.poll();
    return array == null ? null : array.reshape('c', shape.getShape());
  }

  /** Gives back an array that was allocated here and that nobody reads any more. */
  void release(INDArray array) {
    if (!array.isEmpty()) {
      free.computeIfAbsent(new Size(array.dataType(), array.length()), size -> new ArrayDeque<>())
          .push(array);
    }
  }
}
