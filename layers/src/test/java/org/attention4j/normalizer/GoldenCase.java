package org.attention4j.normalizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * One case of {@code vectors/normalizers.json}, computed in 50-digit arithmetic: scores x (null =
 * masked), g = dL/dp, weights p, gradient dx and parameter gradient dparam (null where the map is
 * not differentiable).
 */
record GoldenCase(
    String normalizer,
    Map<String, Double> param,
    List<@Nullable Double> x,
    List<Double> g,
    List<Double> p,
    @Nullable List<Double> dx,
    @Nullable Double dparam) {

  record File(String note, List<GoldenCase> cases) {}

  static Stream<GoldenCase> all() {
    try (InputStream in = GoldenCase.class.getResourceAsStream("/vectors/normalizers.json")) {
      return new ObjectMapper().readValue(Objects.requireNonNull(in), File.class).cases().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  double[] scores() {
    return x.stream().mapToDouble(value -> value == null ? Double.NaN : value).toArray();
  }

  double[] weightsGradient() {
    return array(g);
  }

  static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public String toString() {
    return normalizer + param + " " + x;
  }
}
