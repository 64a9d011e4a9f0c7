package org.attention4j.dl4j;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.internal.graph.StepBuffer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What a layer remembers of the steps of a batch of sequences between two calls of {@code
 * rnnTimeStep}: how many there were, their mask, and what its graph asks for.
 */
final class StepMemory {
  /** The placeholder for the number of earlier steps. */
  static final String COUNT = "pastSteps";

  /** The placeholder for the mask of earlier and new steps. */
  static final String MASK = "pastAndNewMask";

  /** The key of the number of steps in the state that Deeplearning4j hands around. */
  private static final String STATE_COUNT = "steps";

  private static final String STATE_MASK = "mask";

  private final String owner;
  private final DataType type;
  private final Map<String, StepBuffer> buffers = new LinkedHashMap<>();
  private @Nullable INDArray mask;
  private long examples;
  private long count;
  private int kept;
  private int needed = Integer.MAX_VALUE;

  /**
   * Makes an empty memory.
   *
   * @param owner the layer, as the subject of a sentence
   * @param type the network's type
   */
  StepMemory(String owner, DataType type) {
    this.owner = owner;
    this.type = type;
  }

  /** How many steps came before. */
  long count() {
    return count;
  }

  /** Where a graph keeps numbers under a name. */
  StepBuffer buffer(String name, DataType wide) {
    return buffers.computeIfAbsent(name, unused -> new StepBuffer(owner, wide));
  }

  void needsLast(int steps) {
    needed = steps;
  }

  /** Refuses another batch than the one before. */
  void requireSameBatch(INDArray input) {
    if (count > 0 && input.size(0) != examples) {
      throw new IllegalArgumentException(
          "%s: the input has %d examples but the steps before had %d; call rnnClearPreviousState before another batch."
              .formatted(owner, input.size(0), examples));
    }
  }

  /**
   * The mask of all remembered steps and the new ones.
   *
   * @param given that of the new steps, [b, t], ones and zeros; null if all count
   * @return shape [b, remembered + t]; null if all count
   */
  @Nullable INDArray withNew(@Nullable INDArray given, long batch, long steps) {
    if (given == null && mask == null) {
      return null;
    }
    if (kept == 0) {
      return given == null ? ones(batch, steps) : given.dup();
    }
    return Nd4j.concat(
        1,
        mask == null ? ones(batch, kept) : mask,
        given == null ? ones(batch, steps) : given.castTo(type));
  }

  INDArray ones(long batch, long steps) {
    return Nd4j.ones(type, batch, steps);
  }

  /**
   * Remembers the new steps, which a graph has appended.
   *
   * @param all the mask of all, as {@link #withNew} gave it
   */
  void remember(@Nullable INDArray all, long batch, int steps) {
    mask = all;
    examples = batch;
    count += steps;
    kept += steps;
    buffers.values().forEach(buffer -> buffer.keep(steps));
    if (needed < Integer.MAX_VALUE / 2 && kept > 2 * needed) {
      forget(kept - needed);
    }
  }

  /** Half of what is kept or more, so that what is moved was added since the last time. */
  private void forget(int steps) {
    kept -= steps;
    buffers.values().forEach(buffer -> buffer.forget(steps));
    if (mask != null) {
      mask =
          kept == 0
              ? null
              : mask.get(NDArrayIndex.all(), NDArrayIndex.interval(steps, steps + kept)).dup();
    }
  }

  /** Forgets everything and frees its memory. */
  void clear() {
    buffers.values().forEach(StepBuffer::clear);
    mask = null;
    examples = 0;
    count = 0;
    kept = 0;
  }

  /** What is remembered, as copies. */
  Map<String, INDArray> state() {
    Map<String, INDArray> state = new LinkedHashMap<>();
    if (count == 0) {
      return state;
    }
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      state.put(STATE_COUNT, Nd4j.createFromArray(examples, count));
      buffers.forEach((name, buffer) -> state.put(name, buffer.array()));
      if (mask != null) {
        state.put(STATE_MASK, mask.dup());
      }
    }
    return state;
  }

  /**
   * Goes back to what was remembered.
   *
   * @param state what {@link #state} gave; empty for nothing
   */
  void restore(Map<String, INDArray> state) {
    clear();
    if (state.isEmpty()) {
      return;
    }
    INDArray counts = state.get(STATE_COUNT);
    if (counts == null) {
      throw new IllegalArgumentException(
          "%s: the state has %s but must be one that rnnGetPreviousState gave."
              .formatted(owner, state.keySet()));
    }
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      examples = counts.getLong(0);
      count = counts.getLong(1);
      kept = Math.toIntExact(count);
      state.forEach(
          (name, values) -> {
            if (name.equals(STATE_MASK)) {
              mask = values.castTo(type).dup();
            } else if (!name.equals(STATE_COUNT)) {
              StepBuffer buffer =
                  buffer(name, type == DataType.DOUBLE ? DataType.DOUBLE : DataType.FLOAT);
              buffer.fill(values);
              kept = buffer.kept();
            }
          });
    }
  }

  /** What goes into the placeholders of a graph beside its inputs. */
  Map<String, INDArray> placeholders(@Nullable INDArray all) {
    Map<String, INDArray> values = new LinkedHashMap<>();
    values.put(COUNT, Nd4j.scalar(count));
    if (all != null) {
      values.put(MASK, all);
    }
    return values;
  }
}
