package org.attention4j.normalizer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Function;

/** The built-in normalizers, and the way from a normalizer to JSON and back. */
public final class Normalizers {
  private static final List<NormalizerProvider> BUILT_IN =
      List.of(
          provider(Softmax.TYPE, o -> new Softmax(o.number("temperature", 1), o.flag("learnable"))),
          provider(TopK.TYPE, o -> new TopK(o.integer("k"))),
          provider(
              TopFraction.TYPE,
              o -> new TopFraction(o.number("fraction", TopFraction.DEFAULT_FRACTION))),
          provider(Sparsemax.TYPE, o -> new Sparsemax()),
          provider(Entmax.TYPE, o -> new Entmax(o.number("alpha", Entmax.DEFAULT_ALPHA))),
          provider(
              ScalableSoftmax.TYPE,
              o -> new ScalableSoftmax(o.number("s", ScalableSoftmax.DEFAULT_SCALE))),
          provider(LogN.TYPE, o -> new LogN(o.number("trainLength", LogN.DEFAULT_TRAIN_LENGTH))));

  private Normalizers() {}

  /**
   * Plain softmax, {@code softmax(z)}: what the stock layers do.
   *
   * @return the normalizer
   */
  public static Normalizer softmax() {
    return softmax(1);
  }

  /**
   * Softmax with a fixed temperature, {@code softmax(z / T)}. The gradient grows as 1/T: below 0.1
   * training is known to become unstable.
   *
   * @param temperature T; positive
   * @return the normalizer
   * @throws IllegalArgumentException if the temperature is not positive and finite
   */
  public static Normalizer softmax(double temperature) {
    return new Softmax(temperature, false);
  }

  /**
   * Softmax whose temperature each head learns, as log T.
   *
   * @param initialTemperature the temperature that every head starts with; positive
   * @return the normalizer
   * @throws IllegalArgumentException if the temperature is not positive and finite
   */
  public static Normalizer softmaxWithLearnableTemperature(double initialTemperature) {
    return new Softmax(initialTemperature, true);
  }

  /**
   * Softmax over the k largest scores of each row.
   *
   * @param k how many keys to keep; at least 1
   * @return the normalizer
   * @throws IllegalArgumentException if k is below 1
   */
  public static Normalizer topK(int k) {
    return new TopK(k);
  }

  /**
   * Softmax over a share of the visible keys: the {@code ceil(f * n)} largest scores of each row.
   *
   * @param fraction f, above 0 and at most 1; the seed paper advises to stay below 0.06
   * @return the normalizer
   * @throws IllegalArgumentException if the fraction is out of range
   */
  public static Normalizer topFraction(double fraction) {
    return new TopFraction(fraction);
  }

  /**
   * Sparsemax: the Euclidean projection of the scores onto the simplex, entmax with alpha 2.
   *
   * @return the normalizer
   */
  public static Normalizer sparsemax() {
    return new Sparsemax();
  }

  /**
   * Entmax with alpha 1.5, halfway between softmax and sparsemax.
   *
   * @return the normalizer
   */
  public static Normalizer entmax15() {
    return entmax(Entmax.DEFAULT_ALPHA);
  }

  /**
   * Entmax: {@code max((alpha - 1) z - tau, 0)^(1 / (alpha - 1))} with tau such that each row sums
   * to one.
   *
   * @param alpha above 1; towards 1 it becomes softmax, 2 is sparsemax, larger is sparser
   * @return the normalizer
   * @throws IllegalArgumentException if alpha is not above 1 and finite
   */
  public static Normalizer entmax(double alpha) {
    return new Entmax(alpha);
  }

  /**
   * Scalable softmax, {@code softmax(s log(n) z)}: s is learned per head from 0.43, n is the number
   * of visible keys.
   *
   * @return the normalizer
   */
  public static Normalizer ssmax() {
    return ssmax(ScalableSoftmax.DEFAULT_SCALE);
  }

  /**
   * Scalable softmax with a chosen initial scale.
   *
   * @param initialScale the value of s that every head starts with; finite
   * @return the normalizer
   * @throws IllegalArgumentException if the scale is not finite
   */
  public static Normalizer ssmax(double initialScale) {
    return new ScalableSoftmax(initialScale);
  }

  /**
   * Log-length softmax, {@code softmax(z max(1, log n / log L))}.
   *
   * @param trainLength L, the context length of training, above 1; shorter rows are plain softmax
   * @return the normalizer
   * @throws IllegalArgumentException if the length is not above 1 and finite
   */
  public static Normalizer logN(double trainLength) {
    return new LogN(trainLength);
  }

  /**
   * Reads a normalizer, such as {@code {"type":"entmax","alpha":1.5}}.
   *
   * @param json a JSON object with the field {@code type} and the options of that type
   * @return the normalizer
   * @throws IllegalArgumentException if the text is no such object, the type or an option is
   *     unknown, or a value is not possible
   */
  public static Normalizer fromJson(String json) {
    return NormalizerJson.read(json);
  }

  /**
   * Writes a normalizer so that {@link #fromJson(String)} makes it again.
   *
   * @param normalizer the normalizer
   * @return a JSON object on one line
   * @throws IllegalStateException if the normalizer has no type name
   */
  public static String toJson(Normalizer normalizer) {
    return NormalizerJson.write(normalizer);
  }

  /**
   * The types that {@link #fromJson(String)} knows: the built-in ones, then those of other
   * projects.
   *
   * @return the providers by type name
   */
  static Map<String, NormalizerProvider> providers() {
    Map<String, NormalizerProvider> providers = new LinkedHashMap<>();
    BUILT_IN.forEach(provider -> providers.put(provider.type(), provider));
    ServiceLoader.load(NormalizerProvider.class)
        .forEach(provider -> providers.putIfAbsent(provider.type(), provider));
    return Collections.unmodifiableMap(providers);
  }

  private static NormalizerProvider provider(
      String type, Function<NormalizerOptions, Normalizer> create) {
    return new NormalizerProvider() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public Normalizer create(NormalizerOptions options) {
        return create.apply(options);
      }
    };
  }
}
