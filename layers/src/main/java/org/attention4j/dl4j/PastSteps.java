package org.attention4j.dl4j;

import java.util.Optional;
import org.attention4j.internal.graph.EarlierAndNew;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What a graph knows of the steps before its input, if it computes the steps that follow earlier
 * ones, as {@code rnnTimeStep} does.
 */
public final class PastSteps {
  private final StepMemory memory;
  private final SDVariable count;
  private final @Nullable SDVariable mask;
  private final boolean few;

  PastSteps(StepMemory memory, SDVariable count, @Nullable SDVariable mask, boolean few) {
    this.memory = memory;
    this.count = count;
    this.mask = mask;
    this.few = few;
  }

  /**
   * How many steps came before, forgotten ones among them.
   *
   * @return INT64, a scalar
   */
  public SDVariable count() {
    return count;
  }

  /**
   * The mask of all steps that are remembered and of the new ones.
   *
   * @return one for a step that counts and zero for padding, shape [b, remembered + t]; empty if
   *     all count
   */
  public Optional<SDVariable> mask() {
    return Optional.ofNullable(mask);
  }

  /**
   * Remembers numbers of the new steps, for the steps that will follow.
   *
   * @param name under which they are remembered; the same for the same numbers in every graph of
   *     the layer
   * @param x numbers of the new steps, shape [.., t]
   * @return those of all remembered steps and of the new ones, shape [.., remembered + t]
   */
  public SDVariable andNew(String name, SDVariable x) {
    return EarlierAndNew.of(x, memory.buffer(name, x.dataType()));
  }

  /**
   * Lets the layer forget steps that no later one will read.
   *
   * @param steps how many must be remembered, at least 0
   */
  public void needsLast(int steps) {
    memory.needsLast(steps);
  }

  /**
   * Whether so few steps come at a time that reading the parameters is most of the work.
   *
   * @return true for a few steps of a few examples
   */
  public boolean few() {
    return few;
  }
}
