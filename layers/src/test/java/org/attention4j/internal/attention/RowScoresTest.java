package org.attention4j.internal.attention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The scores that a backward pass notes, in tiles and in whole rows, against plain loops. */
class RowScoresTest {
  static Stream<Arguments> cases() {
    return Stream.of(
            Normalizers.softmax(),
            Normalizers.softmaxWithLearnableTemperature(1.3),
            Normalizers.softpick(),
            Normalizers.sigmoid())
        .map(KernelUnderTest::of)
        .flatMap(kernel -> AttentionCase.all().map(inputs -> Arguments.of(kernel, inputs)));
  }

  private static LargestScores noted(
      AttentionCase inputs, KernelUnderTest kernel, double[] q, float[] queryMask) {
    double[] k = inputs.k();
    double[] v = inputs.v();
    double[][] values = kernel.values(inputs.shape().heads());
    float[][] parameters = new float[values.length][];
    for (int p = 0; p < parameters.length; p++) {
      parameters[p] = AttentionPass.floats(values[p]);
    }
    FloatAttention attention =
        new FloatAttention(
            inputs.problem(kernel),
            AttentionPass.floats(q),
            AttentionPass.floats(k),
            AttentionPass.floats(v),
            inputs.mask(),
            inputs.forgets() ? inputs.decays() : null,
            parameters);
    float[] output = new float[inputs.outputLength()];
    ForwardState state = attention.forward(output, true);
    RowScores scores = attention.noteScores();
    attention.backward(
        state,
        output,
        AttentionPass.floats(inputs.outputGradient()),
        new FloatGradients(
            new float[q.length],
            new float[k.length],
            new float[v.length],
            new double[inputs.decays().length]));
    return scores.largest(queryMask);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void areThoseOfPlainLoops(KernelUnderTest kernel, AttentionCase inputs) {
    assertThat(FloatAttention.computesScoresAgain(kernel.kernel())).isTrue();
    double[] q = inputs.q();
    float[] mask = LargestScoresTest.queryMask(inputs.shape());
    for (float[] queries : new float[][] {null, mask}) {
      LargestScoresTest.check(
          noted(inputs, kernel, q, queries),
          LargestScoresTest.expected(inputs, q, inputs.k(), inputs.decays(), queries));
    }
  }

  @Test
  void notANumberCountsUnlessItsQueryIsMasked() {
    AttentionCase inputs = AttentionCase.of("nan", 2, 3, 3, 71, 73, 5, 2);
    double[] q = inputs.q();
    q[5 * 71 + 17] = Double.NaN; // example 0, head 1, query 17
    for (Normalizer normalizer : List.of(Normalizers.softmax(), Normalizers.sigmoid())) {
      KernelUnderTest kernel = KernelUnderTest.of(normalizer);
      float[] mask = new float[2 * 71];
      Arrays.fill(mask, 1);
      float[] scores = noted(inputs, kernel, q, mask).scores();
      assertThat(scores[1]).isNaN();
      assertThat(scores[0]).isPositive();
      mask[17] = 0;
      assertThat(noted(inputs, kernel, q, mask).scores()[1]).isPositive();
    }
  }

  /** The backward pass reads the few weights that the forward pass kept, and computes no scores. */
  @Test
  void kernelsThatKeepFewWeightsAreLeftOut() {
    assertThat(
            Stream.of(Normalizers.sparsemax(), Normalizers.relu())
                .map(KernelUnderTest::of)
                .map(KernelUnderTest::kernel))
        .noneMatch(FloatAttention::computesScoresAgain);
  }
}
