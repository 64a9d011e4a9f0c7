package org.attention4j.internal.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.normalizer.Normalizers;
import org.attention4j.theory.SoftmaxJacobian;
import org.attention4j.theory.WeightRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A normalizer on the monitor's rows by its kernel and by its graph: each the other's oracle. */
final class NormalizerEvaluatorTest {
  private static final int HEADS = 2;
  private static final int[] LENGTHS = {1, 7, 13};

  static Stream<Normalizer> normalizers() {
    return Stream.of(
        Normalizers.softmax(0.7),
        Normalizers.softmaxWithLearnableTemperature(0.7),
        Normalizers.sink(),
        Normalizers.ssmax(),
        Normalizers.topK(3),
        Normalizers.topPower(1, 0.5),
        Normalizers.topP(0.7),
        Normalizers.sparsemax(),
        Normalizers.entmaxWithLearnableAlpha(1.4),
        Normalizers.asentmax(1.5),
        Normalizers.softpick(),
        Normalizers.sigmoid(),
        Normalizers.scaledByLogLength(Normalizers.entmax15()),
        Normalizers.softCap(2, Normalizers.ssmax()),
        Normalizers.llama4Scale(0.3, 5, Normalizers.softmaxWithLearnableTemperature(0.7)));
  }

  private static double[][][] rows(Random random) {
    double[][][] rows = new double[HEADS][LENGTHS.length][];
    for (double[][] head : rows) {
      for (int r = 0; r < head.length; r++) {
        head[r] = random.doubles(LENGTHS[r], -2, 2).toArray();
      }
    }
    return rows;
  }

  private static Map<String, double[]> parameters(Normalizer normalizer) {
    Map<String, double[]> parameters = new HashMap<>();
    for (NormalizerParameter parameter : normalizer.parameters(HEADS)) {
      double value = parameter.initialValue();
      parameters.put(parameter.name(), new double[] {value, value + 0.3});
    }
    return parameters;
  }

  @ParameterizedTest
  @MethodSource("normalizers")
  void kernelAndGraphAgree(Normalizer normalizer) {
    Random random = new Random(5);
    double[][][] scores = rows(random);
    double[][][] gradients = rows(random);
    Map<String, double[]> parameters = parameters(normalizer);
    NormalizerEvaluator kernel = NormalizerEvaluator.of(normalizer, HEADS);
    assertThat(kernel).isInstanceOf(KernelEvaluator.class);
    NormalizerEvaluator graph = new GraphEvaluator(normalizer, HEADS);
    NormalizerEvaluator.Evaluation byKernel = kernel.evaluate(scores, gradients, parameters);
    NormalizerEvaluator.Evaluation byGraph = graph.evaluate(scores, gradients, parameters);
    NormalizerEvaluator.Evaluation forward = graph.evaluate(scores, null, parameters);
    assertThat(forward.scoresGradients()).isNull();
    for (int head = 0; head < HEADS; head++) {
      for (int r = 0; r < LENGTHS.length; r++) {
        assertThat(byKernel.weights()[head][r])
            .containsExactly(byGraph.weights()[head][r], within(1e-9));
        assertThat(forward.weights()[head][r])
            .containsExactly(byGraph.weights()[head][r], within(1e-12));
        assertThat(byKernel.scoresGradients()[head][r])
            .containsExactly(byGraph.scoresGradients()[head][r], within(1e-9));
      }
    }
    double[][] last = {scores[0][2], scores[1][2]};
    for (int head = 0; head < HEADS; head++) {
      AttentionRow.Steepness small =
          NormalizerJacobian.norms(kernel.jacobians(last, parameters)[head]);
      AttentionRow.Steepness whole =
          NormalizerJacobian.norms(graph.jacobians(last, parameters)[head]);
      assertThat(small.spectral()).isPositive().isCloseTo(whole.spectral(), within(1e-7));
      assertThat(small.frobenius()).isCloseTo(whole.frobenius(), within(1e-9));
    }
  }

  @Test
  void aMapWithoutAKernelRunsAsAGraph() {
    Normalizer lambda = (sd, scores, context) -> sd.nn.softmax(scores.sub(scores.max(true, 3)), 3);
    NormalizerEvaluator map = NormalizerEvaluator.of(lambda, HEADS);
    assertThat(map).isInstanceOf(GraphEvaluator.class);
    double[][][] scores = rows(new Random(7));
    double[][][] weights = map.evaluate(scores, null, Map.of()).weights();
    for (int r = 0; r < LENGTHS.length; r++) {
      assertThat(weights[1][r]).containsExactly(WeightRow.softmax(scores[1][r], 1), within(1e-12));
    }
  }

  @Test
  void jacobianOfSoftmaxByItsMatrixAndByItsWeights() {
    double[] z = {0.3, -1.1, 0.9, 0.2, 0.7};
    double[][] scores = {z, z};
    double[] p = WeightRow.softmax(z, 0.5);
    for (NormalizerEvaluator map :
        List.of(
            NormalizerEvaluator.of(Normalizers.softmax(0.5), HEADS),
            new GraphEvaluator(Normalizers.softmax(0.5), HEADS))) {
      double[][] jacobian = map.jacobians(scores, Map.of())[1];
      AttentionRow.Steepness norms = NormalizerJacobian.norms(jacobian);
      assertThat(norms.spectral()).isCloseTo(SoftmaxJacobian.spectralNorm(p, 0.5), within(1e-7));
      assertThat(norms.frobenius()).isCloseTo(SoftmaxJacobian.frobeniusNorm(p, 0.5), within(1e-9));
      assertThat(Arrays.stream(jacobian[2]).sum()).isCloseTo(0, within(1e-12));
    }
  }
}
