package org.attention4j.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attention4j.internal.attention.HeadContext;
import org.attention4j.kernel.DoubleRow;
import org.attention4j.kernel.Row;
import org.attention4j.kernel.RowKernel;
import org.attention4j.kernel.RowKernel.Sparsity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The row kernels by themselves, in DOUBLE: gradients against differences, and what they declare.
 */
class KernelGradientTest {
  private static final double STEP = 1e-6;

  /** Each normalizer at the parameters of three heads, on rows of two lengths. */
  static Stream<Arguments> rows() {
    return NormalizerUnderTest.all().stream()
        .flatMap(
            one ->
                IntStream.range(0, 3)
                    .boxed()
                    .flatMap(
                        head ->
                            Stream.of(Arguments.of(one, head, 7), Arguments.of(one, head, 23))));
  }

  @ParameterizedTest(name = "{0}, head {1}, {2} keys")
  @MethodSource("rows")
  void gradientsAreTheDifferences(NormalizerUnderTest one, int head, int keys) {
    Random random = new Random(101 + 7L * head + keys);
    double[] scores = random.doubles(keys, -2, 2).toArray();
    double[] arriving = random.doubles(keys, -1, 1).toArray();
    double[] parameters = parameters(one, head);
    RowKernel kernel = one.normalizer().kernel().orElseThrow();
    HeadContext context = context(kernel, parameters);
    Row weights = row(scores);
    kernel.forward(weights, context.row(keys));
    Row again = row(scores);
    kernel.restore(again, context);
    Row gradient = row(arriving);
    kernel.backward(row(scores), again, gradient, context);

    for (int i = 0; i < keys; i++) {
      assertThat(again.get(i)).as("restored weight %s", i).isCloseTo(weights.get(i), within(1e-14));
      double[] more = scores.clone();
      more[i] += STEP;
      double[] less = scores.clone();
      less[i] -= STEP;
      double difference =
          (loss(one, more, parameters, arriving) - loss(one, less, parameters, arriving))
              / (2 * STEP);
      assertThat(gradient.get(i)).as("score %s", i).isCloseTo(difference, within(1e-7));
    }
    for (int p = 0; p < parameters.length; p++) {
      double[] more = parameters.clone();
      more[p] += STEP;
      double[] less = parameters.clone();
      less[p] -= STEP;
      double difference =
          (loss(one, scores, more, arriving) - loss(one, scores, less, arriving)) / (2 * STEP);
      assertThat(context.gradient(p)).as("parameter %s", p).isCloseTo(difference, within(1e-6));
    }
  }

  private static double[] parameters(NormalizerUnderTest one, int head) {
    return one.normalizer().parameters(3).stream()
        .mapToDouble(parameter -> one.parameters().get(parameter.name())[head])
        .toArray();
  }

  private static HeadContext context(RowKernel kernel, double[] parameters) {
    HeadContext context = new HeadContext(parameters.length, kernel.savedValues());
    for (int p = 0; p < parameters.length; p++) {
      context.setParameter(p, parameters[p]);
    }
    return context;
  }

  /** Σ dL/dp p; straight-through top-k has the gradient of another map, softmax(z / T). */
  private static double loss(
      NormalizerUnderTest one, double[] scores, double[] parameters, double[] arriving) {
    double[] weights;
    if (one.normalizer() instanceof StraightThroughTopK) {
      weights = ReferenceNormalizers.softmax(ReferenceNormalizers.scaled(scores, 1 / 1.5));
    } else {
      RowKernel kernel = one.normalizer().kernel().orElseThrow();
      Row row = row(scores);
      kernel.forward(row, context(kernel, parameters).row(scores.length));
      weights = IntStream.range(0, scores.length).mapToDouble(row::get).toArray();
    }
    return IntStream.range(0, scores.length).mapToDouble(i -> weights[i] * arriving[i]).sum();
  }

  private static Row row(double[] values) {
    return new DoubleRow().over(values.clone(), 0, values.length);
  }

  static Stream<Arguments> declarations() {
    Sparsity both = Sparsity.WEIGHTS_AND_GRADIENT;
    return Stream.of(
        Arguments.of(Normalizers.softmax(), Sparsity.NONE, false, true),
        Arguments.of(Normalizers.softmaxWithLearnableTemperature(1), Sparsity.NONE, true, true),
        Arguments.of(Normalizers.softmax1(1), Sparsity.NONE, false, true),
        Arguments.of(Normalizers.sink(), Sparsity.NONE, false, false),
        Arguments.of(Normalizers.logN(64), Sparsity.NONE, false, true),
        Arguments.of(Normalizers.ssmax(), Sparsity.NONE, true, true),
        Arguments.of(Normalizers.adaptiveTemperature(), Sparsity.NONE, true, false),
        Arguments.of(Normalizers.topK(3), both, false, false),
        Arguments.of(Normalizers.topFraction(0.2), both, false, false),
        Arguments.of(Normalizers.topPower(1, 0.5), both, false, false),
        Arguments.of(Normalizers.topP(0.9), both, false, false),
        Arguments.of(Normalizers.topKStraightThrough(3, 1), Sparsity.WEIGHTS, true, false),
        Arguments.of(Normalizers.sparsemax(), both, false, false),
        Arguments.of(Normalizers.entmax15(), both, false, false),
        Arguments.of(Normalizers.entmaxWithLearnableAlpha(1.5), both, false, false),
        Arguments.of(Normalizers.asentmax(), both, true, false),
        Arguments.of(Normalizers.softpick(), Sparsity.WEIGHTS, true, false),
        Arguments.of(Normalizers.sigmoid(), Sparsity.NONE, false, false),
        Arguments.of(Normalizers.relu(), both, false, false),
        Arguments.of(Normalizers.selfAdjust(), Sparsity.NONE, true, false),
        Arguments.of(Normalizers.softCap(3), Sparsity.NONE, true, true),
        Arguments.of(Normalizers.softCap(3, Normalizers.sink()), Sparsity.NONE, true, false),
        Arguments.of(Normalizers.softCap(3, Normalizers.topK(3)), both, true, false),
        Arguments.of(Normalizers.llama4Scale(0.1, 64), Sparsity.NONE, false, true));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("declarations")
  void saysWhatItReadsAndWhichWeightsAreZero(
      Normalizer normalizer, Sparsity sparsity, boolean readsScores, boolean worksOnSlices) {
    RowKernel kernel = normalizer.kernel().orElseThrow();
    assertThat(List.of(kernel.sparsity(), kernel.readsScores(), kernel.worksOnSlices()))
        .isEqualTo(List.of(sparsity, readsScores, worksOnSlices));
  }
}
