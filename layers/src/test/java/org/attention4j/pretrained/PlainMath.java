package org.attention4j.pretrained;

/** The parts of transformers in plain loops over doubles, straight from their formulas. */
final class PlainMath {
  private PlainMath() {}

  /** y = W x + b, with W [out, in] as PyTorch's Linear has it; b may be missing. */
  static double[] linear(float[] weights, float[] bias, double[] x) {
    double[] y = new double[weights.length / x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = bias.length == 0 ? 0 : bias[i];
      for (int j = 0; j < x.length; j++) {
        y[i] += (double) weights[i * x.length + j] * x[j];
      }
    }
    return y;
  }

  /** y = x W + b, with W [in, out] as GPT-2's Conv1D has it. */
  static double[] convolution(float[] weights, float[] bias, double[] x) {
    double[] y = new double[bias.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = bias[i];
      for (int j = 0; j < x.length; j++) {
        y[i] += x[j] * weights[j * y.length + i];
      }
    }
    return y;
  }

  static double[] layerNorm(double[] x, float[] gain, float[] bias, double epsilon) {
    double mean = 0;
    for (double value : x) {
      mean += value / x.length;
    }
    double variance = 0;
    for (double value : x) {
      variance += (value - mean) * (value - mean) / x.length;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = gain[i] * (x[i] - mean) / Math.sqrt(variance + epsilon) + bias[i];
    }
    return y;
  }

  static double[] rmsNorm(double[] x, float[] gain, double epsilon) {
    double square = 0;
    for (double value : x) {
      square += value * value / x.length;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = gain[i] * x[i] / Math.sqrt(square + epsilon);
    }
    return y;
  }

  static double geluTanh(double x) {
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  /** x Φ(x), with Φ by its power series, which converges for each x. */
  static double geluExact(double x) {
    double term = x;
    double sum = x;
    for (int i = 1; i < 400; i++) {
      term *= x * x / (2 * i + 1);
      sum += term;
    }
    return x * (0.5 + Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * sum);
  }

  static double silu(double x) {
    return x / (1 + Math.exp(-x));
  }

  static double[] add(double[] x, double[] y) {
    double[] sum = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      sum[i] = x[i] + y[i];
    }
    return sum;
  }

  static double[] row(float[] table, int row, int size) {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = table[row * size + i];
    }
    return values;
  }

  static double[] slice(double[] x, int from, int to) {
    return java.util.Arrays.copyOfRange(x, from, to);
  }

  static double[] softmax(double[] z) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double value : z) {
      largest = Math.max(largest, value);
    }
    double sum = 0;
    double[] p = new double[z.length];
    for (int i = 0; i < z.length; i++) {
      p[i] = Math.exp(z[i] - largest);
      sum += p[i];
    }
    for (int i = 0; i < z.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  /** Which keys a query sees. */
  interface Visibility {
    boolean sees(int query, int key);
  }

  /**
   * Multi-head attention, heads side by side in each step.
   *
   * @param queries [T][heads * d]
   * @param keys [T][groups * d]; query head i belongs to group i * groups / heads
   * @param values [T][groups * d]
   */
  static double[][] attention(
      double[][] queries,
      double[][] keys,
      double[][] values,
      int heads,
      int groups,
      double scale,
      Visibility visible) {
    int steps = queries.length;
    int size = queries[0].length / heads;
    double[][] output = new double[steps][heads * size];
    for (int head = 0; head < heads; head++) {
      int group = head * groups / heads;
      for (int query = 0; query < steps; query++) {
        double[] scores = new double[steps];
        for (int key = 0; key < steps; key++) {
          scores[key] = visible.sees(query, key) ? 0 : Double.NEGATIVE_INFINITY;
          for (int i = 0; i < size; i++) {
            scores[key] += scale * queries[query][head * size + i] * keys[key][group * size + i];
          }
        }
        double[] weights = softmax(scores);
        for (int key = 0; key < steps; key++) {
          for (int i = 0; i < size; i++) {
            output[query][head * size + i] += weights[key] * values[key][group * size + i];
          }
        }
      }
    }
    return output;
  }
}
