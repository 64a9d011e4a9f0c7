package org.attention4j.internal.probes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.internal.graph.Gradients;
import org.attention4j.internal.graph.GraphProgram;
import org.attention4j.internal.graph.HostArrays;
import org.attention4j.normalizer.MaskedScores;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.memory.NoOpMemoryMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Evaluates a normalizer with its graph: rows are padded to the longest one, with a mask. */
final class GraphEvaluator implements NormalizerEvaluator {
  private static final String SCORES = "scores";
  private static final String VISIBLE = "visible";
  private static final String GRADIENT = "weightsGradient";

  private final GraphProgram forward;
  private final GraphProgram both;

  /** Must be called outside all workspaces. */
  GraphEvaluator(Normalizer normalizer, int heads) {
    SameDiff sd = SameDiff.create();
    SDVariable scores = sd.placeHolder(SCORES, DataType.DOUBLE, 1, heads, -1, -1);
    SDVariable visible = sd.placeHolder(VISIBLE, DataType.DOUBLE, 1, 1, -1, -1);
    SDVariable gradient = sd.placeHolder(GRADIENT, DataType.DOUBLE, 1, heads, -1, -1);
    Map<String, SDVariable> parameters = new LinkedHashMap<>();
    for (NormalizerParameter parameter : normalizer.parameters(heads)) {
      parameters.put(
          parameter.name(), sd.placeHolder(parameter.name(), DataType.DOUBLE, parameter.heads()));
    }
    SDVariable weights = MaskedScores.normalize(normalizer, scores, visible, heads, parameters);
    forward = new GraphProgram(List.of(weights));
    List<SDVariable> results = new ArrayList<>(List.of(weights));
    results.addAll(Gradients.of(weights, gradient, List.of(scores)));
    both = new GraphProgram(results);
  }

  @Override
  public Evaluation evaluate(
      double[][][] scores,
      double @Nullable [][][] weightsGradients,
      Map<String, double[]> parameters) {
    Map<String, INDArray> inputs = new HashMap<>();
    parameters.forEach((name, values) -> inputs.put(name, Nd4j.createFromArray(values)));
    int longest = Arrays.stream(scores[0]).mapToInt(row -> row.length).max().orElse(0);
    double[][] visible = new double[scores[0].length][longest];
    for (int r = 0; r < visible.length; r++) {
      Arrays.fill(visible[r], 0, scores[0][r].length, 1);
    }
    inputs.put(SCORES, stacked(scores, longest));
    inputs.put(VISIBLE, Nd4j.createFromArray(visible).reshape(1, 1, visible.length, longest));
    if (weightsGradients == null) {
      return new Evaluation(rows(forward.run(inputs, new NoOpMemoryMgr()).get(0), scores), null);
    }
    inputs.put(GRADIENT, stacked(weightsGradients, longest));
    List<INDArray> results = both.run(inputs, new NoOpMemoryMgr());
    return new Evaluation(rows(results.get(0), scores), rows(results.get(1), scores));
  }

  /** Runs n copies of the row; the gradient of copy i is the unit vector i. */
  @Override
  public double[][][] jacobians(double[][] scores, Map<String, double[]> parameters) {
    int n = scores[0].length;
    double[][] units = new double[n][n];
    for (int i = 0; i < n; i++) {
      units[i][i] = 1;
    }
    double[][][] copies = new double[scores.length][n][];
    double[][][] directions = new double[scores.length][][];
    for (int head = 0; head < scores.length; head++) {
      Arrays.fill(copies[head], scores[head]);
      directions[head] = units;
    }
    double[][][] jacobians = evaluate(copies, directions, parameters).scoresGradients();
    return jacobians == null ? new double[0][][] : jacobians;
  }

  private static INDArray stacked(double[][][] rows, int longest) {
    double[][][][] padded = new double[1][rows.length][rows[0].length][];
    for (int head = 0; head < rows.length; head++) {
      for (int r = 0; r < rows[head].length; r++) {
        padded[0][head][r] = Arrays.copyOf(rows[head][r], longest);
      }
    }
    return Nd4j.createFromArray(padded);
  }

  /** Rows [h][R][n] of an array [1, h, R, longest], as long as those given. */
  private static double[][][] rows(INDArray x, double[][][] like) {
    double[] numbers = HostArrays.numbers(x);
    int longest = Math.toIntExact(x.size(3));
    double[][][] rows = new double[like.length][like[0].length][];
    int start = 0;
    for (int head = 0; head < rows.length; head++) {
      for (int r = 0; r < rows[head].length; r++) {
        rows[head][r] = Arrays.copyOfRange(numbers, start, start + like[head][r].length);
        start += longest;
      }
    }
    return rows;
  }
}
