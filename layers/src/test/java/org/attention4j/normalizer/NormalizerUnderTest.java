package org.attention4j.normalizer;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.attention4j.contract.RowBatch;
import org.attention4j.normalizer.ReferenceNormalizers.NormalizerEvaluator;

/**
 * A built-in normalizer beside its plain Java reference.
 *
 * @param normalizer the map under test
 * @param parameters values for its learnable parameters, one a head, away from the initial ones
 * @param reference weights of one row from its visible scores and its head's parameters, the latter
 *     in the order of declaration
 */
record NormalizerUnderTest(
    Normalizer normalizer,
    Map<String, double[]> parameters,
    BiFunction<double[], double[], double[]> reference) {

  /** Every built-in map, with more than one setting where settings change the algorithm. */
  static List<NormalizerUnderTest> all() {
    return List.of(
        fixed(Normalizers.softmax(), ReferenceNormalizers::softmax),
        fixed(
            Normalizers.softmax(0.3),
            z -> ReferenceNormalizers.softmax(ReferenceNormalizers.scaled(z, 1 / 0.3))),
        new NormalizerUnderTest(
            Normalizers.softmaxWithLearnableTemperature(0.7),
            Map.of("logTemperature", new double[] {-0.5, 0.1, 1.2}),
            (z, theta) ->
                ReferenceNormalizers.softmax(ReferenceNormalizers.scaled(z, Math.exp(-theta[0])))),
        fixed(Normalizers.topK(1), z -> ReferenceNormalizers.topK(z, 1)),
        fixed(Normalizers.topK(4), z -> ReferenceNormalizers.topK(z, 4)),
        fixed(Normalizers.topK(1000), ReferenceNormalizers::softmax),
        fixed(Normalizers.topFraction(0.06), z -> ReferenceNormalizers.topFraction(z, 0.06)),
        fixed(Normalizers.topFraction(0.4), z -> ReferenceNormalizers.topFraction(z, 0.4)),
        fixed(Normalizers.topFraction(1), ReferenceNormalizers::softmax),
        fixed(Normalizers.topPower(1, 0.5), z -> ReferenceNormalizers.topPower(z, 1, 1, 1, 2)),
        fixed(Normalizers.topPower(0.7, 0.75), z -> ReferenceNormalizers.topPower(z, 7, 10, 3, 4)),
        fixed(Normalizers.topP(0.5), z -> ReferenceNormalizers.topP(z, 0.5)),
        fixed(Normalizers.topP(0.9), z -> ReferenceNormalizers.topP(z, 0.9)),
        fixed(Normalizers.topP(0.999), z -> ReferenceNormalizers.topP(z, 0.999)),
        fixed(Normalizers.sparsemax(), ReferenceNormalizers::sparsemax),
        entmax(1.05),
        entmax(1.25),
        entmax(1.5),
        entmax(1.75),
        entmax(2),
        entmax(3),
        new NormalizerUnderTest(
            Normalizers.ssmax(),
            Map.of("s", new double[] {0.168, 0.43, 1.5}),
            (z, theta) ->
                ReferenceNormalizers.softmax(
                    ReferenceNormalizers.scaled(z, theta[0] * Math.log(z.length)))),
        fixed(
            Normalizers.logN(3),
            z ->
                ReferenceNormalizers.softmax(
                    ReferenceNormalizers.scaled(z, Math.max(1, Math.log(z.length) / Math.log(3))))),
        fixed(Normalizers.softmax1(1), z -> ReferenceNormalizers.softmaxBeside(z, 0)),
        fixed(Normalizers.softmax1(4), z -> ReferenceNormalizers.softmaxBeside(z, Math.log(4))),
        new NormalizerUnderTest(
            Normalizers.sink(),
            Map.of("sink", new double[] {-2, 0.5, 3}),
            (z, theta) -> ReferenceNormalizers.softmaxBeside(z, theta[0])),
        fixed(Normalizers.adaptiveTemperature(), ReferenceNormalizers::adaptiveTemperature),
        fixed(Normalizers.softpick(), ReferenceNormalizers::softpick),
        fixed(Normalizers.sigmoid(), ReferenceNormalizers::sigmoid),
        fixed(Normalizers.relu(), z -> ReferenceNormalizers.map(z, x -> Math.max(x, 0) / z.length)),
        fixed(Normalizers.selfAdjust(), ReferenceNormalizers::selfAdjust),
        fixed(Normalizers.topKStraightThrough(3, 1.5), z -> ReferenceNormalizers.topK(z, 3)),
        new NormalizerUnderTest(
            Normalizers.entmaxWithLearnableAlpha(1.5),
            Map.of("alphaLogit", new double[] {-4, 0.3, 5}),
            (z, theta) ->
                ReferenceNormalizers.entmaxByBisection(z, 1.01 + 0.99 / (1 + Math.exp(-theta[0])))),
        new NormalizerUnderTest(
            Normalizers.asentmax(),
            Map.of("betaInput", new double[] {-1, 0.2, 1}, "gammaInput", new double[] {-0.7, 0, 2}),
            (z, theta) -> ReferenceNormalizers.entmax(asentmaxScaled(z, theta), 1.5)),
        new NormalizerUnderTest(
            Normalizers.scaledByLogLength(Normalizers.softpick()),
            Map.of("logLengthScale", new double[] {0.3, 0.43, -0.8}),
            (z, theta) -> ReferenceNormalizers.softpick(byLogLength(z, theta[0]))),
        new NormalizerUnderTest(
            Normalizers.scaledByLogLength(Normalizers.sink(1)),
            Map.of(
                "logLengthScale", new double[] {0.3, 0.43, 0.8}, "sink", new double[] {0, -1, 1}),
            (z, theta) -> ReferenceNormalizers.softmaxBeside(byLogLength(z, theta[0]), theta[1])),
        fixed(
            Normalizers.scaledByLogLength(Normalizers.entmax15(), 0.6),
            z ->
                ReferenceNormalizers.entmax(
                    ReferenceNormalizers.scaled(z, 0.6 * Math.log(z.length)), 1.5)),
        fixed(
            Normalizers.softCap(3),
            z -> ReferenceNormalizers.softmax(ReferenceNormalizers.capped(z, 3))),
        fixed(
            Normalizers.softCap(9, Normalizers.entmax15()),
            z -> ReferenceNormalizers.entmax15(ReferenceNormalizers.capped(z, 9))),
        new NormalizerUnderTest(
            Normalizers.softCap(4, Normalizers.softmaxWithLearnableTemperature(0.7)),
            Map.of("logTemperature", new double[] {-0.5, 0.1, 1.2}),
            (z, theta) ->
                ReferenceNormalizers.softmax(
                    ReferenceNormalizers.scaled(
                        ReferenceNormalizers.capped(z, 4), Math.exp(-theta[0])))),
        fixed(
            Normalizers.llama4Scale(0.3, 2),
            z ->
                ReferenceNormalizers.softmax(
                    ReferenceNormalizers.scaled(z, ReferenceNormalizers.steps(z, 0.3, 2)))),
        new NormalizerUnderTest(
            Normalizers.llama4Scale(0.7, 3, Normalizers.sink(1)),
            Map.of("sink", new double[] {0, -1, 1}),
            (z, theta) ->
                ReferenceNormalizers.softmaxBeside(
                    ReferenceNormalizers.map(z, x -> x * ReferenceNormalizers.steps(z, 0.7, 3)),
                    theta[0])));
  }

  private static double[] asentmaxScaled(double[] z, double[] theta) {
    double beta = Math.log1p(Math.exp(theta[0]));
    double gamma = 2 * Math.tanh(theta[1]);
    return z.length == 1
        ? z
        : ReferenceNormalizers.scaled(z, 1 + beta * Math.pow(Math.log(z.length), gamma));
  }

  private static double[] byLogLength(double[] z, double scale) {
    return ReferenceNormalizers.map(z, x -> x * scale * Math.log(z.length));
  }

  private static NormalizerUnderTest entmax(double alpha) {
    return fixed(Normalizers.entmax(alpha), z -> ReferenceNormalizers.entmax(z, alpha));
  }

  private static NormalizerUnderTest fixed(Normalizer normalizer, NormalizerEvaluator reference) {
    return new NormalizerUnderTest(normalizer, Map.of(), (z, theta) -> reference.weights(z));
  }

  /** The weights of a row's visible keys, in order. */
  double[] expected(RowBatch batch, int row) {
    double[] theta =
        normalizer.parameters(batch.heads()).stream()
            .mapToDouble(p -> parameters.get(p.name())[batch.head(row)])
            .toArray();
    return reference.apply(batch.visibleScores(row), theta);
  }

  @Override
  public String toString() {
    return Normalizers.toJson(normalizer);
  }
}
