package org.attention4j.monitor;

import java.util.Optional;
import org.attention4j.layers.AttentionRule;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which part of a layer's parameter, of its gradient or of its update belongs to one head. */
final class HeadShare {
  private HeadShare() {}

  /**
   * The Euclidean norms of all heads' parts. Each part is a block of the array in C order.
   *
   * @param name the parameter's name in the layer
   * @return a norm for each head; empty if the parameter belongs to all heads together
   */
  static Optional<double[]> norms(AttentionRule rule, String name, INDArray array) {
    int heads = rule.heads();
    int blocks =
        switch (name) {
          case "Wq", "Wk", "Wv", "bq", "bk", "bv" -> Math.toIntExact(array.size(0));
          case "Wo" -> heads;
          default -> isOfNormalizer(rule, name) ? heads : 0;
        };
    if (blocks == 0) {
      return Optional.empty();
    }
    double[] data = array.dup('c').data().asDouble();
    int length = data.length / blocks;
    double[] norms = new double[heads];
    for (int head = 0; head < heads; head++) {
      int start = head * blocks / heads * length;
      double squares = 0;
      for (int i = start; i < start + length; i++) {
        squares += data[i] * data[i];
      }
      norms[head] = Math.sqrt(squares);
    }
    return Optional.of(norms);
  }

  private static boolean isOfNormalizer(AttentionRule rule, String name) {
    return rule.normalizer().parameters(rule.heads()).stream()
        .anyMatch(parameter -> parameter.name().equals(name));
  }
}
