package org.attention4j.examples.training;

import java.util.Map;
import java.util.function.Function;
import org.attention4j.examples.support.NamedAttention;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** First weights that depend on the seed alone, not on the attention. */
public final class SharedWeights {
  private static final NamedAttention PLAIN = NamedAttention.parse("softmax");

  private SharedWeights() {}

  /**
   * Builds a model that starts from the weights of the same model with softmax and without options.
   * Parameters that this one does not have start as normalizer and options say.
   *
   * @param attention what is in the attention layers
   * @param build builds the model with an attention, each time with the same seed
   * @return the model
   */
  public static ComputationGraph model(
      NamedAttention attention, Function<NamedAttention, ComputationGraph> build) {
    ComputationGraph model = build.apply(attention);
    Map<String, INDArray> shared = build.apply(PLAIN).paramTable();
    model.paramTable().forEach((name, values) -> values.assign(shared.getOrDefault(name, values)));
    return model;
  }
}
