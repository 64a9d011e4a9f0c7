package org.attention4j.internal.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys read in place, row by row, against the plain loops in DOUBLE. */
class FewQueriesTest {
  private static final double TOLERANCE = 1e-5;

  /** Steps that there is room for beyond the keys. */
  private static final int SPARE = 3;

  static Stream<Arguments> everyNormalizerInEveryCase() {
    return KernelUnderTest.all()
        .flatMap(
            map ->
                AttentionCase.all()
                    .filter(inputs -> inputs.dropout() == 0)
                    .map(inputs -> Arguments.of(map, inputs)));
  }

  @ParameterizedTest
  @MethodSource("everyNormalizerInEveryCase")
  void saysTheSameAsPlainLoops(KernelUnderTest map, AttentionCase inputs) {
    AttentionShape shape = inputs.shape();
    float[][] parameters =
        Arrays.stream(map.values(shape.heads())).map(AttentionPass::floats).toArray(float[][]::new);
    float[] output = new float[inputs.outputLength()];
    new FewQueries(
            inputs.problem(map),
            AttentionPass.floats(inputs.q()),
            withRoom(inputs, inputs.k(), shape.headSize()),
            withRoom(inputs, inputs.v(), shape.valueSize()),
            shape.keys() + SPARE,
            inputs.mask(),
            parameters)
        .forward(output);
    double[] expected = AttentionPass.inDouble(inputs, map).output();
    double size = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    for (int i = 0; i < output.length; i++) {
      assertThat((double) output[i]).isCloseTo(expected[i], within(TOLERANCE * Math.max(1, size)));
    }
  }

  /** What is beyond the keys, and at masked ones, is never read. */
  private static float[] withRoom(AttentionCase inputs, double[] values, int features) {
    int keys = inputs.shape().keys();
    int rows = values.length / keys;
    float[] result = new float[rows * (keys + SPARE)];
    Arrays.fill(result, Float.NaN);
    for (int row = 0; row < rows; row++) {
      int example = row / (inputs.shape().keyValueHeads() * features);
      for (int key = 0; key < keys; key++) {
        if (!inputs.isMasked(example, key)) {
          result[row * (keys + SPARE) + key] = (float) values[row * keys + key];
        }
      }
    }
    return result;
  }
}
