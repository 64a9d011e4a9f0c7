package org.attention4j.normalizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.kernel.RowFactor;
import org.attention4j.kernel.RowKernel;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * {@code normalizer(s log(n) z)}: any normalizer with its scores made sharper as the number of
 * visible keys n grows. With softmax inside it is {@link ScalableSoftmax}.
 *
 * @param normalizer the normalizer after the scale
 * @param s the scale, or its initial value in every head if learnable; finite
 * @param learnable whether each head trains its own scale
 * @see <a href="https://arxiv.org/abs/2501.19399">Nakanishi 2025, for softmax</a>
 */
record ScaledByLogLength(Normalizer normalizer, double s, boolean learnable) implements Normalizer {
  static final String TYPE = "scaled-by-log-length";
  static final String SCALE = "logLengthScale";

  ScaledByLogLength {
    NormalizerOptions.requireScale(TYPE, s);
    NormalizerOptions.requireInner(TYPE, normalizer);
    if (normalizer instanceof ScaledByLogLength) {
      throw new IllegalArgumentException(
          "Normalizer '%s': option 'normalizer' must not itself be %s but another one."
              .formatted(TYPE, TYPE));
    }
  }

  @Override
  public SDVariable normalize(SameDiff sd, SDVariable scores, NormalizerContext context) {
    SDVariable logLength = sd.math.log(context.visibleCount());
    SDVariable factor = learnable ? context.parameter(SCALE).mul(logLength) : logLength.mul(s);
    return ScaledScores.normalize(normalizer, sd, scores, factor, context);
  }

  @Override
  public Optional<RowKernel> kernel() {
    RowFactor factor = learnable ? LogLengthFactor.LEARNABLE : LogLengthFactor.fixed(s);
    return ScaledScores.kernel(normalizer, factor);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Map<String, Object> options() {
    return NormalizerOptions.of("normalizer", normalizer, "s", s, "learnable", learnable);
  }

  @Override
  public Set<Trait> traits() {
    Set<Trait> traits = ScaledScores.traits(normalizer);
    if (learnable) {
      traits.add(Trait.LEARNABLE);
    }
    return traits;
  }

  @Override
  public List<NormalizerParameter> parameters(int heads) {
    List<NormalizerParameter> parameters = new ArrayList<>();
    if (learnable) {
      parameters.add(new NormalizerParameter(SCALE, heads, s));
    }
    parameters.addAll(normalizer.parameters(heads));
    return List.copyOf(parameters);
  }

  @Override
  public Map<String, Double> learned(Map<String, Double> parameters) {
    Map<String, Double> inner = new HashMap<>(parameters);
    Double scale = inner.remove(SCALE);
    Map<String, Double> learned = new HashMap<>(normalizer.learned(inner));
    if (scale != null) {
      learned.put("s", scale);
    }
    return learned;
  }
}
