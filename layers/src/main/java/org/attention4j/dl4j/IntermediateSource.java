package org.attention4j.dl4j;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A running layer or vertex that can hand out its intermediate results. */
interface IntermediateSource {
  Map<String, INDArray> intermediates(
      INDArray[] inputs, @Nullable INDArray[] masks, List<String> names);

  /** Those intermediate results that the last forward pass has kept in Java, not to be changed. */
  Map<String, float[]> kept(List<String> names);

  /** Hands the gradient that arrives at the output to the observer, once. */
  void observeBackward(Consumer<INDArray> observer);

  /** Hands the gradients at the observable results to the observer, once. */
  void observeInnerGradients(Consumer<List<INDArray>> observer);

  /**
   * Hands the largest scores of attention to the observer, once, in the backward pass that follows
   * the last forward pass.
   *
   * @return false if it will not
   */
  boolean observeScores(float @Nullable [] queryMask, BiConsumer<float[], float[]> observer);

  /** The masks of the present inputs in their order, null where all steps count. */
  @Nullable INDArray[] masks();
}
