package org.attention4j.normalizer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Function;

/** The types of normalizer that JSON may name. */
final class NormalizerTypes {
  private static final List<NormalizerProvider> BUILT_IN =
      List.of(
          provider(Softmax.TYPE, o -> new Softmax(o.number("temperature", 1), o.flag("learnable"))),
          provider(SoftmaxOne.TYPE, o -> new SoftmaxOne(o.number("c", 1))),
          provider(Sink.TYPE, o -> new Sink(o.number("initialLogit", 0))),
          provider(LogN.TYPE, o -> new LogN(o.number("trainLength", LogN.DEFAULT_TRAIN_LENGTH))),
          provider(
              ScalableSoftmax.TYPE,
              o -> new ScalableSoftmax(o.number("s", ScalableSoftmax.DEFAULT_SCALE))),
          provider(AdaptiveTemperature.TYPE, o -> new AdaptiveTemperature()),
          provider(Sparsemax.TYPE, o -> new Sparsemax()),
          provider(Entmax.TYPE, NormalizerTypes::entmax),
          provider(
              AdaptiveScalableEntmax.TYPE,
              o -> new AdaptiveScalableEntmax(o.number("alpha", Entmax.DEFAULT_ALPHA))),
          provider(TopK.TYPE, NormalizerTypes::topK),
          provider(
              TopFraction.TYPE,
              o -> new TopFraction(o.number("fraction", TopFraction.DEFAULT_FRACTION))),
          provider(Softpick.TYPE, o -> new Softpick()),
          provider(Sigmoid.TYPE, o -> new Sigmoid()),
          provider(Relu.TYPE, o -> new Relu()),
          provider(SelfAdjust.TYPE, o -> new SelfAdjust()),
          provider(
              ScaledByLogLength.TYPE,
              o ->
                  new ScaledByLogLength(
                      o.normalizer("normalizer"),
                      o.number("s", ScalableSoftmax.DEFAULT_SCALE),
                      o.flag("learnable", true))));

  private NormalizerTypes() {}

  /**
   * The types that can be read: the built-in ones, then those of other projects.
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
