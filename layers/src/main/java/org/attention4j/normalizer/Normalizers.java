package org.attention4j.normalizer;

import java.util.Optional;

/** The built-in normalizers, and the way from a normalizer to JSON and back. */
public final class Normalizers {
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
   * @throws IllegalArgumentException if the temperature is not from 1e-9 to 1e9
   */
  public static Normalizer softmax(double temperature) {
    return new Softmax(temperature, false);
  }

  /**
   * Softmax whose temperature each head learns, as log T.
   *
   * @param initialTemperature the temperature that every head starts with; positive
   * @return the normalizer
   * @throws IllegalArgumentException if the temperature is not from 1e-9 to 1e9
   */
  public static Normalizer softmaxWithLearnableTemperature(double initialTemperature) {
    return new Softmax(initialTemperature, true);
  }

  /**
   * Softmax with a constant beside the row, {@code e^z / (c + sum e^z)}: a row may be nearly empty.
   *
   * @param c the constant; positive, 1 in the "off by one" softmax
   * @return the normalizer
   * @throws IllegalArgumentException if the constant is not positive and finite
   */
  public static Normalizer softmax1(double c) {
    return new SoftmaxOne(c);
  }

  /**
   * Softmax beside a logit that each head learns from 0 and whose weight is dropped.
   *
   * @return the normalizer
   */
  public static Normalizer sink() {
    return sink(0);
  }

  /**
   * Softmax beside a learned logit, with a chosen initial value.
   *
   * @param initialLogit the value that every head starts with, from -1e28 to 1e28
   * @return the normalizer
   * @throws IllegalArgumentException if the logit is out of range
   */
  public static Normalizer sink(double initialLogit) {
    return new Sink(initialLogit);
  }

  /**
   * Softmax that grows colder with the entropy of its row, by a published polynomial.
   *
   * @return the normalizer
   */
  public static Normalizer adaptiveTemperature() {
    return new AdaptiveTemperature();
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
   * The weights of {@link #topK(int)} with the gradient of the dense softmax, so that keys which
   * were not selected learn too.
   *
   * @param k how many keys to keep; at least 1
   * @param temperature T of the gradient, that of {@code softmax(z / T)}; positive
   * @return the normalizer
   * @throws IllegalArgumentException if k is below 1 or the temperature not from 1e-9 to 1e9
   */
  public static Normalizer topKStraightThrough(int k, double temperature) {
    return new StraightThroughTopK(k, temperature);
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
   * Softmax over a number of keys that grows slower than the row: the {@code ceil(a n^b)} largest
   * scores of each row with n visible keys.
   *
   * @param a above 0 and at most 1e6
   * @param b above 0 and below 1
   * @return the normalizer
   * @throws IllegalArgumentException if a or b is out of range
   */
  public static Normalizer topPower(double a, double b) {
    return new TopPower(a, b);
  }

  /**
   * Softmax over the fewest keys that have a share p of the weight: those with the largest weights,
   * until these sum to at least p.
   *
   * @param p above 0 and at most 0.999999
   * @return the normalizer
   * @throws IllegalArgumentException if p is out of range
   */
  public static Normalizer topP(double p) {
    return new TopP(p);
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
   * @throws IllegalArgumentException if alpha is not above 1 and at most 32
   */
  public static Normalizer entmax(double alpha) {
    return new Entmax(alpha);
  }

  /**
   * Entmax whose alpha each head learns, always between softmax and sparsemax.
   *
   * @param initialAlpha the value that every head starts with; above 1.01 and below 2
   * @return the normalizer
   * @throws IllegalArgumentException if alpha is out of range
   */
  public static Normalizer entmaxWithLearnableAlpha(double initialAlpha) {
    return new LearnableEntmax(initialAlpha);
  }

  /**
   * Adaptive scalable entmax, {@code entmax((1 + beta (log n)^gamma) z)} with alpha 1.5: beta and
   * gamma are learned per head, n is the number of visible keys.
   *
   * @return the normalizer
   */
  public static Normalizer asentmax() {
    return asentmax(Entmax.DEFAULT_ALPHA);
  }

  /**
   * Adaptive scalable entmax with a chosen alpha.
   *
   * @param alpha above 1
   * @return the normalizer
   * @throws IllegalArgumentException if alpha is not above 1 and at most 32
   */
  public static Normalizer asentmax(double alpha) {
    return new AdaptiveScalableEntmax(alpha);
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
   * @param initialScale the value of s that every head starts with, from -1e7 to 1e7
   * @return the normalizer
   * @throws IllegalArgumentException if the scale is out of range
   */
  public static Normalizer ssmax(double initialScale) {
    return new ScalableSoftmax(initialScale);
  }

  /**
   * Log-length softmax, {@code softmax(z max(1, log n / log L))}.
   *
   * @param trainLength L, the context length of training, above 1; shorter rows are plain softmax
   * @return the normalizer
   * @throws IllegalArgumentException if the length is not at least 1.000001 and finite
   */
  public static Normalizer logN(double trainLength) {
    return new LogN(trainLength);
  }

  /**
   * Softpick, {@code max(e^z - 1, 0) / sum |e^z - 1|}: no weight for scores of zero or below.
   *
   * @return the normalizer
   */
  public static Normalizer softpick() {
    return new Softpick();
  }

  /**
   * Sigmoid, {@code sigmoid(z - log n)}: each key by itself, n is the number of visible keys.
   *
   * @return the normalizer
   */
  public static Normalizer sigmoid() {
    return new Sigmoid();
  }

  /**
   * Rectified scores, {@code max(z, 0) / n}, n being the number of visible keys.
   *
   * @return the normalizer
   */
  public static Normalizer relu() {
    return new Relu();
  }

  /**
   * Softmax times the position of the score between the row's ends.
   *
   * @return the normalizer
   */
  public static Normalizer selfAdjust() {
    return new SelfAdjust();
  }

  /**
   * Any normalizer after a scale that grows with the number of visible keys n, {@code normalizer(s
   * log(n) z)}: s is learned per head from 0.43.
   *
   * @param normalizer the normalizer after the scale
   * @return the normalizer
   * @throws IllegalArgumentException if the normalizer is itself scaled by log length
   */
  public static Normalizer scaledByLogLength(Normalizer normalizer) {
    return new ScaledByLogLength(normalizer, ScalableSoftmax.DEFAULT_SCALE, true);
  }

  /**
   * Any normalizer after the scale {@code s log(n)} with a fixed s.
   *
   * @param normalizer the normalizer after the scale
   * @param s the scale, from -1e7 to 1e7
   * @return the normalizer
   * @throws IllegalArgumentException if the normalizer is itself scaled by log length, or s out of
   *     range
   */
  public static Normalizer scaledByLogLength(Normalizer normalizer, double s) {
    return new ScaledByLogLength(normalizer, s, false);
  }

  /**
   * Softmax of softly capped scores, {@code softmax(c tanh(z / c))}.
   *
   * @param cap c, the bound of the scores, from 1e-6 to 1e6; 50 in Gemma 2
   * @return the normalizer
   * @throws IllegalArgumentException if the cap is out of range
   */
  public static Normalizer softCap(double cap) {
    return softCap(cap, softmax());
  }

  /**
   * Any normalizer after a soft cap of the scores, {@code normalizer(c tanh(z / c))}.
   *
   * @param cap c, the bound of the scores, from 1e-6 to 1e6
   * @param normalizer the normalizer after the cap
   * @return the normalizer
   * @throws IllegalArgumentException if the cap is out of range
   */
  public static Normalizer softCap(double cap, Normalizer normalizer) {
    return new SoftCap(cap, normalizer);
  }

  /**
   * Softmax of scores whose scale grows in steps, {@code softmax((1 + beta log(1 + floor(n / L)))
   * z)}, n being the number of visible keys.
   *
   * @param beta from 0 to 1e7; 0.1 in Llama 4
   * @param length L, the context length up to which this is plain softmax, at least 1; 8192 in
   *     Llama 4
   * @return the normalizer
   * @throws IllegalArgumentException if an option is out of range
   */
  public static Normalizer llama4Scale(double beta, int length) {
    return llama4Scale(beta, length, softmax());
  }

  /**
   * Any normalizer after the scale of {@link #llama4Scale(double, int)}.
   *
   * @param beta from 0 to 1e7
   * @param length L, at least 1
   * @param normalizer the normalizer after the scale
   * @return the normalizer
   * @throws IllegalArgumentException if an option is out of range
   */
  public static Normalizer llama4Scale(double beta, int length, Normalizer normalizer) {
    return new Llama4Scale(beta, length, normalizer);
  }

  /**
   * Reads a normalizer from a JSON object such as {@code {"type":"entmax","alpha":1.5}} or from a
   * short form: the type alone, or the type and its {@linkplain NormalizerProvider#mainOption main
   * option}, such as {@code entmax:1.5}, {@code top-k:8} or {@code softmax:0.5}.
   *
   * @param text a JSON object with the field {@code type} and the options of that type, or a short
   *     form
   * @return the normalizer
   * @throws IllegalArgumentException if the text is neither, the type or an option is unknown, or a
   *     value is not possible
   */
  public static Normalizer parse(String text) {
    return NormalizerJson.read(text);
  }

  /**
   * As {@link #parse}.
   *
   * @param json a JSON object, or a short form
   * @return the normalizer
   * @throws IllegalArgumentException as {@link #parse}
   */
  public static Normalizer fromJson(String json) {
    return parse(json);
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
   * Tells whether a normalizer can be saved with a model: its JSON can be written, and what is read
   * from it has the same JSON.
   *
   * @param normalizer the normalizer
   * @return a sentence on what is in the way; empty if nothing is
   */
  public static Optional<String> obstacleToSaving(Normalizer normalizer) {
    return Optional.ofNullable(NormalizerJson.obstacle(normalizer));
  }
}
