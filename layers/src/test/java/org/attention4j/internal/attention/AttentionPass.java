package org.attention4j.internal.attention;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.Assertions;

/** What a forward and a backward pass give. */
record AttentionPass(
    double[] output,
    double[] dq,
    double[] dk,
    double[] dv,
    double[] decays,
    double[][] parameters,
    int[] counts) {

  private static final String PARAMETER = "parameter gradient ";

  static AttentionPass inFloat(AttentionCase inputs, KernelUnderTest map) {
    return inFloat(inputs, map, inputs.q(), inputs.k(), inputs.v());
  }

  static AttentionPass inFloat(
      AttentionCase inputs, KernelUnderTest map, double[] q, double[] k, double[] v) {
    double[][] values = map.values(inputs.shape().heads());
    float[][] parameters = new float[values.length][];
    for (int p = 0; p < parameters.length; p++) {
      parameters[p] = floats(values[p]);
    }
    FloatAttention attention =
        new FloatAttention(
            inputs.problem(map),
            floats(q),
            floats(k),
            floats(v),
            inputs.mask(),
            inputs.forgets() ? inputs.decays() : null,
            parameters);
    float[] output = new float[inputs.outputLength()];
    ForwardState state = attention.forward(output, true);
    FloatGradients gradients =
        new FloatGradients(
            noNumbers(q.length),
            noNumbers(k.length),
            noNumbers(v.length),
            new double[inputs.decays().length]);
    float[][] byParameter =
        attention.backward(state, output, floats(inputs.outputGradient()), gradients);
    double[][] parameterGradients = new double[byParameter.length][];
    for (int p = 0; p < byParameter.length; p++) {
      parameterGradients[p] = doubles(byParameter[p]);
    }
    return new AttentionPass(
        doubles(output),
        doubles(gradients.q()),
        doubles(gradients.k()),
        doubles(gradients.v()),
        gradients.decays(),
        parameterGradients,
        state.counts());
  }

  /** What an array that was used before may hold. */
  private static float[] noNumbers(int length) {
    float[] array = new float[length];
    Arrays.fill(array, Float.NaN);
    return array;
  }

  static AttentionPass inDouble(AttentionCase inputs, KernelUnderTest map) {
    return inDouble(inputs, map, inputs.q(), inputs.k());
  }

  static AttentionPass inDouble(AttentionCase inputs, KernelUnderTest map, double[] q, double[] k) {
    double[] v = inputs.v();
    DoubleAttention attention =
        inDouble(inputs, map, inputs.decays(), q, k, v, map.values(inputs.shape().heads()));
    double[] output = new double[inputs.outputLength()];
    attention.forward(output);
    double[] dq = new double[q.length];
    double[] dk = new double[k.length];
    double[] dv = new double[v.length];
    double[] decays = new double[inputs.decays().length];
    double[][] parameters = attention.backward(inputs.outputGradient(), dq, dk, dv, decays);
    return new AttentionPass(output, dq, dk, dv, decays, parameters, new int[0]);
  }

  /** The plain loops; with decays if the case forgets. */
  static DoubleAttention inDouble(
      AttentionCase inputs,
      KernelUnderTest map,
      double[] decays,
      double[] q,
      double[] k,
      double[] v,
      double[][] parameters) {
    DoubleAttention attention =
        new DoubleAttention(inputs.problem(map), q, k, v, inputs.mask(), parameters);
    return inputs.forgets() ? attention.withDecays(decays) : attention;
  }

  Map<String, double[]> arrays() {
    Map<String, double[]> arrays = new LinkedHashMap<>();
    arrays.put("output", output);
    arrays.put("dQ", dq);
    arrays.put("dK", dk);
    arrays.put("dV", dv);
    arrays.put("dC", decays);
    for (int p = 0; p < parameters.length; p++) {
      arrays.put(PARAMETER + p, parameters[p]);
    }
    return arrays;
  }

  /**
   * The largest difference of each array, relative to the largest entry.
   *
   * @param tolerance of the arrays; the learnable parameters' gradients, sums of terms that are
   *     much larger than they, have ten times as much
   */
  void assertClose(AttentionPass expected, double tolerance) {
    expected
        .arrays()
        .forEach(
            (name, values) -> {
              double[] actual = arrays().get(name);
              double largest = 0;
              double difference = 0;
              for (int i = 0; i < values.length; i++) {
                largest = Math.max(largest, Math.abs(values[i]));
                difference = Math.max(difference, Math.abs(values[i] - actual[i]));
              }
              Assertions.assertThat(difference)
                  .as("largest difference of %s, whose largest entry is %s", name, largest)
                  .isLessThanOrEqualTo(
                      (name.startsWith(PARAMETER) ? 10 : 1) * tolerance * Math.max(0.1, largest));
            });
  }

  void assertSameBits(AttentionPass expected) {
    expected
        .arrays()
        .forEach(
            (name, values) -> Assertions.assertThat(arrays().get(name)).as(name).isEqualTo(values));
  }

  static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }
}
