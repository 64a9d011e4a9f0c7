package org.attention4j.monitor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.samediff.AttentionCore;
import org.attention4j.samediff.Gradients;
import org.attention4j.samediff.GraphProgram;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.memory.NoOpMemoryMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A normalizer and its gradient in DOUBLE, for any number of rows. */
final class NormalizerProgram {
  private static final String SCORES = "scores";
  private static final String VISIBLE = "visible";
  private static final String GRADIENT = "weightsGradient";

  private final GraphProgram forward;
  private final GraphProgram both;

  /** Must be called outside all workspaces. */
  NormalizerProgram(Normalizer normalizer, int heads) {
    SameDiff sd = SameDiff.create();
    SDVariable scores = sd.placeHolder(SCORES, DataType.DOUBLE, 1, heads, -1, -1);
    SDVariable visible = sd.placeHolder(VISIBLE, DataType.DOUBLE, 1, 1, -1, -1);
    SDVariable gradient = sd.placeHolder(GRADIENT, DataType.DOUBLE, 1, heads, -1, -1);
    Map<String, SDVariable> parameters = new LinkedHashMap<>();
    for (NormalizerParameter parameter : normalizer.parameters(heads)) {
      parameters.put(
          parameter.name(), sd.placeHolder(parameter.name(), DataType.DOUBLE, parameter.heads()));
    }
    SDVariable weights = AttentionCore.normalize(normalizer, scores, visible, heads, parameters);
    forward = new GraphProgram(List.of(weights));
    List<SDVariable> results = new ArrayList<>(List.of(weights));
    results.addAll(Gradients.of(weights, gradient, List.of(scores)));
    both = new GraphProgram(results);
  }

  /**
   * Computes weights.
   *
   * @param scores finite, shape [1, h, R, Tk]
   * @param visible one or zero, shape [1, 1, R, Tk]
   * @param parameters each [h]
   * @return shape [1, h, R, Tk]
   */
  INDArray weights(INDArray scores, INDArray visible, Map<String, INDArray> parameters) {
    return forward.run(inputs(scores, visible, parameters), new NoOpMemoryMgr()).get(0);
  }

  /**
   * Computes the gradient by the scores.
   *
   * @param weightsGradient shape [1, h, R, Tk]
   * @return shape [1, h, R, Tk]
   */
  INDArray scoresGradient(
      INDArray scores,
      INDArray visible,
      Map<String, INDArray> parameters,
      INDArray weightsGradient) {
    Map<String, INDArray> inputs = inputs(scores, visible, parameters);
    inputs.put(GRADIENT, weightsGradient);
    return both.run(inputs, new NoOpMemoryMgr()).get(1);
  }

  private static Map<String, INDArray> inputs(
      INDArray scores, INDArray visible, Map<String, INDArray> parameters) {
    Map<String, INDArray> inputs = new HashMap<>(parameters);
    inputs.put(SCORES, scores);
    inputs.put(VISIBLE, visible);
    return inputs;
  }
}
