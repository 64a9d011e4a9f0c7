package org.attention4j.limits;

import java.util.Map;
import java.util.stream.Collectors;
import org.attention4j.layers.AttentionSwap;
import org.attention4j.normalizer.Restriction;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A trained network whose heads read the N largest weights of each row alone, without training it
 * again.
 */
public final class RestrictedNetwork {
  private RestrictedNetwork() {}

  /**
   * Makes the restricted network; the given one is left as it is.
   *
   * @param network a MultiLayerNetwork or a ComputationGraph
   * @param count N, at least 1
   * @param renormalised whether the weights that are kept are divided by their sum
   * @return a network of the same parameters
   * @throws IllegalArgumentException if it is another model, or an attention layer cannot be
   *     restricted
   * @see Restriction
   */
  public static Model of(Model network, int count, boolean renormalised) {
    AttentionSwap swap =
        AttentionSwap.changing(before -> Restriction.of(before, count, renormalised));
    if (network instanceof MultiLayerNetwork layers) {
      return complete(swap.in(layers));
    }
    if (network instanceof ComputationGraph graph) {
      return complete(swap.in(graph));
    }
    throw new IllegalArgumentException(
        "RestrictedNetwork: the model is a %s but must be a MultiLayerNetwork or a ComputationGraph."
            .formatted(network.getClass().getSimpleName()));
  }

  private static Model complete(AttentionSwap.Result<?> result) {
    Map<String, String> kept = result.kept();
    if (!kept.isEmpty() || result.replaced().isEmpty()) {
      throw new IllegalArgumentException(
          kept.isEmpty()
              ? "RestrictedNetwork: the network has no attention layer but must have one."
              : "RestrictedNetwork: all attention must be restricted but some is kept: "
                  + kept.entrySet().stream()
                      .map(each -> "'%s' (%s)".formatted(each.getKey(), each.getValue()))
                      .collect(Collectors.joining(", ")));
    }
    return result.network();
  }
}
