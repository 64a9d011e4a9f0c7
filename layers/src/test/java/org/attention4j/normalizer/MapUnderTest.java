package org.attention4j.normalizer;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
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
                    ReferenceMaps.scaled(z, Math.max(1, Math.log(z.length) / Math.log(3))))));
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
