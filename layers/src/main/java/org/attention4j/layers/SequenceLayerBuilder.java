package org.attention4j.layers;

import org.attention4j.dl4j.ExactSameDiffLayer;
import org.deeplearning4j.nn.conf.RNNFormat;

/**
 * The options that all layers over sequences share; those of Deeplearning4j's recurrent layers. An
 * option that a layer has no use for is refused by its {@code build()}.
 *
 * @param <T> the builder itself
 */
public abstract class SequenceLayerBuilder<T extends SequenceLayerBuilder<T>>
    extends ExactSameDiffLayer.Builder<T> {
  /** For the layers of this library. */
  SequenceLayerBuilder() {}

  /**
   * Sets the number of input features; taken from the network's input type if not set.
   *
   * @param nIn features of each step
   * @return this
   */
  @Override
  public T nIn(int nIn) {
    return super.nIn(nIn);
  }

  /** Whether the layer has a function between or after its linear maps that can be chosen. */
  boolean hasActivation() {
    return false;
  }

  /** Whether the layer has weights that lead from one step to the next. */
  boolean hasRecurrence() {
    return false;
  }

  /** Starts the checks with what all these layers have in common. */
  Requirements requirements(Class<?> layer) {
    Requirements require = new Requirements(layer, getLayerName());
    require.size("nIn", nIn);
    require.that(
        rnnDataFormat == RNNFormat.NCW,
        "dataFormat",
        String.valueOf(rnnDataFormat),
        "NCW, sequences of shape [b, size, T]");
    require.that(
        hasActivation() || activationFn == null,
        "activation",
        String.valueOf(activationFn),
        "left out, as this layer has none");
    String notRecurrent = "left out, as this layer has no recurrent weights";
    require.that(
        hasRecurrence() || weightInitFnRecurrent == null,
        "weightInitRecurrent",
        String.valueOf(weightInitFnRecurrent),
        notRecurrent);
    require.that(
        hasRecurrence() || recurrentConstraints == null,
        "constrainRecurrent",
        String.valueOf(recurrentConstraints),
        notRecurrent);
    require.that(
        hasRecurrence() || inputWeightConstraints == null,
        "constrainInputWeights",
        String.valueOf(inputWeightConstraints),
        "left out, as this layer has no recurrent weights; constrainWeights is for all");
    return require;
  }

  /** Refuses a size of the output where it is that of the input. */
  void requireSameSize(Requirements require) {
    require.that(
        nOut == 0 || nOut == nIn,
        "nOut",
        nOut,
        "left out, as this layer keeps the size nIn " + nIn);
  }
}
