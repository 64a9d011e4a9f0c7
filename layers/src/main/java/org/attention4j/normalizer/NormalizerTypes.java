package org.attention4j.normalizer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The types of normalizer that JSON may name. */
final class NormalizerTypes {
  private static final Map<String, NormalizerProvider> BUILT_IN =
      byType(
          provider(
              Softmax.TYPE,
              "temperature",
              o -> new Softmax(o.number("temperature", 1), o.flag("learnable"))),
          provider(SoftmaxOne.TYPE, "c", o -> new SoftmaxOne(o.number("c", 1))),
          provider(Sink.TYPE, "initialLogit", o -> new Sink(o.number("initialLogit", 0))),
          provider(
              LogN.TYPE,
              "trainLength",
              o -> new LogN(o.number("trainLength", LogN.DEFAULT_TRAIN_LENGTH))),
          provider(
              ScalableSoftmax.TYPE,
              "s",
              o -> new ScalableSoftmax(o.number("s", ScalableSoftmax.DEFAULT_SCALE))),
          provider(AdaptiveTemperature.TYPE, null, o -> new AdaptiveTemperature()),
          provider(Sparsemax.TYPE, null, o -> new Sparsemax()),
          provider(Entmax.TYPE, "alpha", NormalizerTypes::entmax),
          provider(
              AdaptiveScalableEntmax.TYPE,
              "alpha",
              o -> new AdaptiveScalableEntmax(o.number("alpha", Entmax.DEFAULT_ALPHA))),
          provider(TopK.TYPE, "k", NormalizerTypes::topK),
          provider(
              TopFraction.TYPE,
              "fraction",
              o -> new TopFraction(o.number("fraction", TopFraction.DEFAULT_FRACTION))),
          provider(
              TopPower.TYPE,
              "b",
              o ->
                  new TopPower(
                      o.number("a", TopPower.DEFAULT_FACTOR),
                      o.number("b", TopPower.DEFAULT_POWER))),
          provider(TopP.TYPE, "p", o -> new TopP(o.number("p", TopP.DEFAULT_MASS))),
          provider(Softpick.TYPE, null, o -> new Softpick()),
          provider(Sigmoid.TYPE, null, o -> new Sigmoid()),
          provider(Relu.TYPE, null, o -> new Relu()),
          provider(SelfAdjust.TYPE, null, o -> new SelfAdjust()),
          provider(
              ScaledByLogLength.TYPE,
              null,
              o ->
                  new ScaledByLogLength(
                      o.normalizer("normalizer"),
                      o.number("s", ScalableSoftmax.DEFAULT_SCALE),
                      o.flag("learnable", true))),
          provider(
              SoftCap.TYPE,
              "cap",
              o ->
                  new SoftCap(
                      o.number("cap", SoftCap.DEFAULT_CAP),
                      o.normalizer("normalizer", Normalizers.softmax()))),
          provider(
              Llama4Scale.TYPE,
              "length",
              o ->
                  new Llama4Scale(
                      o.number("beta", Llama4Scale.DEFAULT_BETA),
                      o.integer("length", Llama4Scale.DEFAULT_LENGTH),
                      o.normalizer("normalizer", Normalizers.softmax()))));

  private NormalizerTypes() {}

  /**
   * The types that can be read: the built-in ones, then those of other projects.
   *
   * @return the providers by type name
   */
  static Map<String, NormalizerProvider> providers() {
    Map<String, NormalizerProvider> providers = new LinkedHashMap<>(BUILT_IN);
    providers.putAll(ProviderFiles.find(BUILT_IN.keySet()));
    return Collections.unmodifiableMap(providers);
  }

  /** The provider of a type; for a built-in one nobody else's code is run. */
  static @Nullable NormalizerProvider provider(String type) {
    NormalizerProvider builtIn = BUILT_IN.get(type);
    return builtIn == null ? providers().get(type) : builtIn;
  }

  private static Map<String, NormalizerProvider> byType(NormalizerProvider... providers) {
    Map<String, NormalizerProvider> byType = new LinkedHashMap<>();
    for (NormalizerProvider provider : providers) {
      byType.put(provider.type(), provider);
    }
    return byType;
  }

  private static Normalizer entmax(NormalizerOptions options) {
    double alpha = options.number("alpha", Entmax.DEFAULT_ALPHA);
    return options.flag("learnable") ? new LearnableEntmax(alpha) : new Entmax(alpha);
  }

  private static Normalizer topK(NormalizerOptions options) {
    int k = options.integer("k");
    return options.flag("straightThrough")
        ? new StraightThroughTopK(k, options.number("temperature", 1))
        : new TopK(k);
  }

  private static NormalizerProvider provider(
      String type, @Nullable String mainOption, Function<NormalizerOptions, Normalizer> create) {
    return new NormalizerProvider() {
      @Override
      public String type() {
        return type;
      }

      @Override
      public Optional<String> mainOption() {
        return Optional.ofNullable(mainOption);
      }

      @Override
      public Normalizer create(NormalizerOptions options) {
        return create.apply(options);
      }
    };
  }
}
