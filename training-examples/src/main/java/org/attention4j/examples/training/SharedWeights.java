package org.attention4j.examples.training;

import java.util.Map;
import java.util.function.Function;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** First weights that depend on the seed alone, not on the normalizer. */
public final class SharedWeights {
  private SharedWeights() {}

  /**
   * Builds a model that starts from the weights of the same model with softmax. Parameters that
   * softmax does not have start as the normalizer says.
   *
   * @param normalizer what turns scores into weights
   * @param build builds the model with a normalizer, each time with the same seed
   * @return the model
   */
  public static ComputationGraph model(
      Normalizer normalizer, Function<Normalizer, ComputationGraph> build) {
    ComputationGraph model = build.apply(normalizer);
    Map<String, INDArray> shared = build.apply(Normalizers.softmax()).paramTable();
    model.paramTable().forEach((name, values) -> values.assign(shared.getOrDefault(name, values)));
    return model;
  }
}
