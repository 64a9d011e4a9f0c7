package org.attention4j.contract;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.junit.jupiter.api.Test;

/**
 * What every layer over sequences, [b, nIn, T] to [b, nOut, T'], must keep, as tests. A layer's
 * author extends this class with one method:
 *
 * <pre>{@code
 * class GatedAttentionTest extends LayerContract {
 *   @Override
 *   protected Layer layer() {
 *     return new GatedAttention.Builder().nOut(14).nHeads(2).build();
 *   }
 * }
 * }</pre>
 *
 * <p>The dependency is the one of {@link NormalizerContract}, and deeplearning4j-nn beside it. With
 * deeplearning4j-parallel-wrapper on the class path, the layer is tried there too.
 *
 * <p>Held to: gradients against finite differences in DOUBLE and by {@code GradientCheckUtil},
 * masked and not, several lengths in one network; masked steps that are invisible, whatever they
 * hold; JSON, YAML, {@code ModelSerializer} and training that goes on bit by bit; clones; {@code
 * ParallelWrapper}, {@code ParallelInference}, {@code TransferLearning}; FLOAT, DOUBLE and HALF;
 * one example, one step; workspaces on and off; nothing printed, nothing changed by {@code output}.
 */
public abstract class LayerContract extends NetworkContract {
  /** For subclasses. */
  protected LayerContract() {}

  /**
   * The layer to be held to the contract, small: seven entries of each parameter are moved alone.
   *
   * @return a new configuration; its number of inputs is left out or {@link #inputSize()}
   */
  protected abstract Layer layer();

  /**
   * The number of features of the input.
   *
   * @return 5
   */
  protected int inputSize() {
    return 5;
  }

  @Override
  final Subject subject() {
    return Subject.of(layer(), inputSize());
  }

  @Test
  @Override
  void gradientCheckUtil() {
    assumeDifferentiable();
    NetworkDifferences.gradientCheckUtil(subject(), layer());
  }

  @Test
  void sameInAMultiLayerNetwork() {
    ModelChecks.multiLayerNetwork(subject(), layer());
  }
}
