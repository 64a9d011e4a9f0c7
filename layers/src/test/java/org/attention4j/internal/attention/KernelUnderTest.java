package org.attention4j.internal.attention;

import java.util.List;
import java.util.stream.Stream;
import org.attention4j.kernel.RowKernel;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.NormalizerParameter;
import org.attention4j.normalizer.Normalizers;

/** The row kernel of a built-in normalizer, with parameters that differ from head to head. */
record KernelUnderTest(String name, RowKernel kernel, List<NormalizerParameter> parameters) {
  private static final double[] OFFSETS = {-0.25, 0.125, 0.5};

  static Stream<KernelUnderTest> all() {
    return Stream.concat(smooth(), Stream.of(of(Normalizers.topKStraightThrough(5, 0.75))));
  }

  /** All whose gradient is that of their weights. */
  static Stream<KernelUnderTest> smooth() {
    return Stream.of(
            Normalizers.softmax(),
            Normalizers.softmax(0.7),
            Normalizers.softmaxWithLearnableTemperature(1.3),
            Normalizers.softmax1(0.8),
            Normalizers.sink(0.4),
            Normalizers.adaptiveTemperature(),
            Normalizers.topK(1),
            Normalizers.topK(5),
            Normalizers.topFraction(0.3),
            Normalizers.topPower(1, 0.5),
            Normalizers.topP(0.4),
            Normalizers.topP(0.9),
            Normalizers.sparsemax(),
            Normalizers.entmax15(),
            Normalizers.entmax(1.3),
            Normalizers.entmax(2.5),
            Normalizers.entmaxWithLearnableAlpha(1.4),
            Normalizers.asentmax(),
            Normalizers.ssmax(0.5),
            Normalizers.logN(7),
            Normalizers.softpick(),
            Normalizers.sigmoid(),
            Normalizers.relu(),
            Normalizers.selfAdjust(),
            Normalizers.scaledByLogLength(Normalizers.softmax1(0.8), 0.4),
            Normalizers.scaledByLogLength(Normalizers.topK(5), 0.4),
            Normalizers.scaledByLogLength(Normalizers.entmaxWithLearnableAlpha(1.6)),
            Normalizers.scaledByLogLength(Normalizers.adaptiveTemperature()),
            Normalizers.scaledByLogLength(Normalizers.selfAdjust()),
            Normalizers.softCap(2),
            // Not top-k: a cap makes large scores equal but for rounding, by which it would choose.
            Normalizers.softCap(3, Normalizers.sparsemax()),
            Normalizers.softCap(3, Normalizers.ssmax(0.5)),
            Normalizers.softCap(3, Normalizers.asentmax()),
            Normalizers.scaledByLogLength(Normalizers.softCap(3)),
            Normalizers.llama4Scale(0.3, 5),
            Normalizers.llama4Scale(0.3, 5, Normalizers.sink(0.4)))
        .map(KernelUnderTest::of);
  }

  static KernelUnderTest of(Normalizer normalizer) {
    return new KernelUnderTest(
        Normalizers.toJson(normalizer),
        normalizer.kernel().orElseThrow(),
        normalizer.parameters(1));
  }

  boolean hasSparseGradient() {
    return kernel.sparsity() == RowKernel.Sparsity.WEIGHTS_AND_GRADIENT;
  }

  /** The learnable parameters, each [h]; exact in FLOAT. */
  double[][] values(int heads) {
    double[][] values = new double[parameters.size()][heads];
    for (int p = 0; p < values.length; p++) {
      for (int head = 0; head < heads; head++) {
        double offset = OFFSETS[(head + p) % OFFSETS.length];
        values[p][head] = (float) (parameters.get(p).initialValue() + offset);
      }
    }
    return values;
  }

  @Override
  public String toString() {
    return name;
  }
}
