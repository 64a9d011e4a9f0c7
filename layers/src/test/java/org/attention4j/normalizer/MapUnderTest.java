package org.attention4j.normalizer;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.attention4j.contract.RowBatch;
import org.attention4j.normalizer.ReferenceMaps.RowMap;

/**
 * A built-in normalizer beside its plain Java reference.
 *
 * @param normalizer the map under test
 * @param parameters values for its learnable parameters, one a head, away from the initial ones
 * @param reference weights of one row from its visible scores and its head's parameters, the latter
 *     in the order of declaration
 */
record MapUnderTest(
    Normalizer normalizer,
    Map<String, double[]> parameters,
    BiFunction<double[], double[], double[]> reference) {

  /** Every built-in map, with more than one setting where settings change the algorithm. */
  static List<MapUnderTest> all() {
    return List.of(
        fixed(Normalizers.softmax(), ReferenceMaps::softmax),
        fixed(
            Normalizers.softmax(0.3), z -> ReferenceMaps.softmax(ReferenceMaps.scaled(z, 1 / 0.3))),
        new MapUnderTest(
            Normalizers.softmaxWithLearnableTemperature(0.7),
            Map.of("logTemperature", new double[] {-0.5, 0.1, 1.2}),
            (z, theta) -> ReferenceMaps.softmax(ReferenceMaps.scaled(z, Math.exp(-theta[0])))),
        fixed(Normalizers.topK(1), z -> ReferenceMaps.topK(z, 1)),
        fixed(Normalizers.topK(4), z -> ReferenceMaps.topK(z, 4)),
        fixed(Normalizers.topK(1000), ReferenceMaps::softmax),
        fixed(Normalizers.topFraction(0.06), z -> ReferenceMaps.topFraction(z, 0.06)),
        fixed(Normalizers.topFraction(0.4), z -> ReferenceMaps.topFraction(z, 0.4)),
        fixed(Normalizers.topFraction(1), ReferenceMaps::softmax),
        fixed(Normalizers.sparsemax(), ReferenceMaps::sparsemax),
        entmax(1.05),
        entmax(1.25),
        entmax(1.5),
        entmax(1.75),
        entmax(2),
        entmax(3),
        new MapUnderTest(
            Normalizers.ssmax(),
            Map.of("s", new double[] {0.168, 0.43, 1.5}),
            (z, theta) ->
                ReferenceMaps.softmax(ReferenceMaps.scaled(z, theta[0] * Math.log(z.length)))),
        fixed(
            Normalizers.logN(3),
            z ->
                ReferenceMaps.softmax(
                    ReferenceMaps.scaled(z, Math.max(1, Math.log(z.length) / Math.log(3))))),
        fixed(Normalizers.softmax1(1), z -> ReferenceMaps.softmaxBeside(z, 0)),
        fixed(Normalizers.softmax1(4), z -> ReferenceMaps.softmaxBeside(z, Math.log(4))),
        new MapUnderTest(
            Normalizers.sink(),
            Map.of("sink", new double[] {-2, 0.5, 3}),
            (z, theta) -> ReferenceMaps.softmaxBeside(z, theta[0])),
        fixed(Normalizers.adaptiveTemperature(), ReferenceMaps::adaptiveTemperature),
        fixed(Normalizers.softpick(), ReferenceMaps::softpick),
        fixed(Normalizers.sigmoid(), ReferenceMaps::sigmoid),
        fixed(Normalizers.relu(), z -> ReferenceMaps.map(z, x -> Math.max(x, 0) / z.length)),
        fixed(Normalizers.selfAdjust(), ReferenceMaps::selfAdjust),
        fixed(Normalizers.topKStraightThrough(3, 1.5), z -> ReferenceMaps.topK(z, 3)),
        new MapUnderTest(
            Normalizers.entmaxWithLearnableAlpha(1.5),
            Map.of("alphaLogit", new double[] {-4, 0.3, 5}),
            (z, theta) ->
                ReferenceMaps.entmaxByBisection(z, 1.01 + 0.99 / (1 + Math.exp(-theta[0])))),
        new MapUnderTest(
            Normalizers.asentmax(),
            Map.of("betaInput", new double[] {-1, 0.2, 1}, "gammaInput", new double[] {-0.7, 0, 2}),
            (z, theta) -> ReferenceMaps.entmax(asentmaxScaled(z, theta), 1.5)),
        new MapUnderTest(
            Normalizers.scaledByLogLength(Normalizers.softpick()),
            Map.of("logLengthScale", new double[] {0.3, 0.43, -0.8}),
            (z, theta) -> ReferenceMaps.softpick(byLogLength(z, theta[0]))),
        new MapUnderTest(
            Normalizers.scaledByLogLength(Normalizers.sink(1)),
            Map.of(
                "logLengthScale", new double[] {0.3, 0.43, 0.8}, "sink", new double[] {0, -1, 1}),
            (z, theta) -> ReferenceMaps.softmaxBeside(byLogLength(z, theta[0]), theta[1])),
        fixed(
            Normalizers.scaledByLogLength(Normalizers.entmax15(), 0.6),
            z -> ReferenceMaps.entmax(ReferenceMaps.scaled(z, 0.6 * Math.log(z.length)), 1.5)));
  }

  private static double[] asentmaxScaled(double[] z, double[] theta) {
    double beta = Math.log1p(Math.exp(theta[0]));
    double gamma = 2 * Math.tanh(theta[1]);
    return z.length == 1
        ? z
        : ReferenceMaps.scaled(z, 1 + beta * Math.pow(Math.log(z.length), gamma));
  }

  private static double[] byLogLength(double[] z, double scale) {
    return ReferenceMaps.map(z, x -> x * scale * Math.log(z.length));
  }

  private static MapUnderTest entmax(double alpha) {
    return fixed(Normalizers.entmax(alpha), z -> ReferenceMaps.entmax(z, alpha));
  }

  private static MapUnderTest fixed(Normalizer normalizer, RowMap reference) {
    return new MapUnderTest(normalizer, Map.of(), (z, theta) -> reference.weights(z));
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
