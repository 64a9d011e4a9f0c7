package org.attention4j.training;

import java.util.List;
import java.util.Map;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains the parameters of a normalizer alone: s, α, T or the sink. All other parameters stay as
 * they are, in the same layers too, where Deeplearning4j can freeze a layer only as a whole.
 *
 * <p>This is a listener: {@code network.setListeners(new OnlyNormalizer(normalizer))}. After each
 * backward pass it sets the gradients of all other parameters to zero. So the network must have a
 * fresh updater and no weight decay, L1 or L2, which move parameters without a gradient.
 */
public final class OnlyNormalizer extends BaseTrainingListener {
  private final List<String> trained;

  /**
   * Names what is trained.
   *
   * @param normalizer that of the network's attention layers
   * @throws IllegalArgumentException if it has no parameters
   */
  public OnlyNormalizer(Normalizer normalizer) {
    trained = normalizer.parameters(1).stream().map(NormalizerParameter::name).toList();
    if (trained.isEmpty()) {
      throw new IllegalArgumentException(
          "OnlyNormalizer: the normalizer is %s but must be one with parameters, such as ssmax."
              .formatted(normalizer));
    }
  }

  @Override
  public void onGradientCalculation(Model model) {
    for (Map.Entry<String, INDArray> gradient : model.gradient().gradientForVariable().entrySet()) {
      String name = gradient.getKey();
      if (!trained.contains(name.substring(name.lastIndexOf('_') + 1))) {
        gradient.getValue().assign(0);
      }
    }
  }
}
