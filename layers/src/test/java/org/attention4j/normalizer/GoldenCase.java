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
 * not differentiable). {@code src/test/generators/normalizer_vectors.py} makes the file.
 */
public record GoldenCase(
    String normalizer,
    Map<String, Double> param,
    List<@Nullable Double> x,
    List<Double> g,
    List<Double> p,
    @Nullable List<Double> dx,
    @Nullable Double dparam) {

  record File(String note, List<GoldenCase> cases) {}

  /**
   * A map to hold to a case.
   *
   * @param normalizer the map; its parameter, if it has one, at the case's value
   * @param slope the derivative of the case's parameter by the one that is trained
   */
  public record Subject(Normalizer normalizer, double slope) {}

  public static Stream<GoldenCase> all() {
    try (InputStream in = GoldenCase.class.getResourceAsStream("/vectors/normalizers.json")) {
      return new ObjectMapper().readValue(Objects.requireNonNull(in), File.class).cases().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The built-in maps that this case is about. */
  public Stream<Subject> subjects() {
    double value = parameter();
    return switch (normalizer) {
      // The temperature is trained as log T.
      case "softmax" -> one(Normalizers.softmaxWithLearnableTemperature(value), value);
      case "softmax1" -> one(Normalizers.softmax1(value), 1);
      case "sink" -> one(Normalizers.sink(value), 1);
      case "logn_train512" -> one(Normalizers.logN(value), 1);
      case "ssmax" -> one(Normalizers.ssmax(value), 1);
      case "adaptive_temperature" -> one(Normalizers.adaptiveTemperature(), 1);
      case "entmax" -> entmax(value);
      case "topk" -> one(Normalizers.topK((int) value), 1);
      case "softpick" -> one(Normalizers.softpick(), 1);
      case "sigmoid_neglogn" -> one(Normalizers.sigmoid(), 1);
      case "relu_over_L" -> one(Normalizers.relu(), 1);
      case "sa_softmax_norm" -> one(Normalizers.selfAdjust(), 1);
      case "softcap" -> one(Normalizers.softCap(value), 1);
      case "llama4_scale" -> one(Normalizers.llama4Scale(value, 3), 1);
      case "top_power" -> one(Normalizers.topPower(1, value), 1);
      case "top_p" -> one(Normalizers.topP(value), 1);
      default -> throw new IllegalArgumentException(normalizer);
    };
  }

  private static Stream<Subject> one(Normalizer normalizer, double slope) {
    return Stream.of(new Subject(normalizer, slope));
  }

  /** Alpha fixed, and learned through a sigmoid between 1.01 and 2. */
  private static Stream<Subject> entmax(double alpha) {
    Stream<Subject> fixed = one(Normalizers.entmax(alpha), 1);
    if (alpha > 2) {
      return fixed;
    }
    Subject other =
        alpha == 2
            ? new Subject(Normalizers.sparsemax(), 1)
            : new Subject(
                Normalizers.entmaxWithLearnableAlpha(alpha), (alpha - 1.01) * (2 - alpha) / 0.99);
    return Stream.concat(fixed, Stream.of(other));
  }

  /** The value of the parameter. */
  public double parameter() {
    return param.values().iterator().next();
  }

  public double[] scores() {
    return x.stream().mapToDouble(value -> value == null ? Double.NaN : value).toArray();
  }

  public double[] weightsGradient() {
    return array(g);
  }

  public static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public String toString() {
    return normalizer + param + " " + x;
  }
}
