package org.attention4j.internal.feedforward;

import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.internal.threads.Workers;
import org.attention4j.internal.vector.ActivationOps;
import org.attention4j.internal.vector.FloatOps;

/** The activation functions that run on Java arrays, each with its slope. */
public enum FloatActivation {
  /** x. */
  IDENTITY {
    @Override
    void apply(float[] x, int from, float[] y, int length) {
      System.arraycopy(x, from, y, from, length);
    }

    @Override
    void multiplyBySlope(float[] x, int from, float[] dy, int length) {
      // The slope is 1.
    }
  },

  /** max(0, x). */
  RELU {
    @Override
    void apply(float[] x, int from, float[] y, int length) {
      OPS.relu(x, from, y, length);
    }

    @Override
    void multiplyBySlope(float[] x, int from, float[] dy, int length) {
      OPS.reluSlope(x, from, dy, length);
    }
  },

  /** x Φ(x), the exact GELU. */
  GELU {
    @Override
    void apply(float[] x, int from, float[] y, int length) {
      OPS.normalGate(x, from, y, length);
    }

    @Override
    void multiplyBySlope(float[] x, int from, float[] dy, int length) {
      OPS.normalGateSlope(x, from, dy, length);
    }
  },

  /** x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, which is x σ(2 √(2/π) (x + 0.044715 x³)). */
  GELU_TANH {
    @Override
    void apply(float[] x, int from, float[] y, int length) {
      OPS.logisticGate(x, from, y, length, TANH_LINEAR, TANH_CUBIC);
    }

    @Override
    void multiplyBySlope(float[] x, int from, float[] dy, int length) {
      OPS.logisticGateSlope(x, from, dy, length, TANH_LINEAR, TANH_CUBIC);
    }
  },

  /** x σ(1.702 x). */
  GELU_SIGMOID {
    @Override
    void apply(float[] x, int from, float[] y, int length) {
      OPS.logisticGate(x, from, y, length, SIGMOID_LINEAR, 0);
    }

    @Override
    void multiplyBySlope(float[] x, int from, float[] dy, int length) {
      OPS.logisticGateSlope(x, from, dy, length, SIGMOID_LINEAR, 0);
    }
  },

  /** x σ(x), also called swish. */
  SILU {
    @Override
    void apply(float[] x, int from, float[] y, int length) {
      OPS.logisticGate(x, from, y, length, 1, 0);
    }

    @Override
    void multiplyBySlope(float[] x, int from, float[] dy, int length) {
      OPS.logisticGateSlope(x, from, dy, length, 1, 0);
    }
  };

  private static final ActivationOps OPS = FloatOps.ACTIVATIONS;
  private static final float TANH_LINEAR = (float) (2 * Math.sqrt(2 / Math.PI));
  private static final float TANH_CUBIC = (float) (2 * Math.sqrt(2 / Math.PI) * 0.044715);
  private static final float SIGMOID_LINEAR = 1.702f;

  /** Numbers that one task takes. */
  private static final int CHUNK = 1 << 15;

  /** Numbers below which waking another thread does not pay. */
  private static final int SMALL = 1 << 15;

  abstract void apply(float[] x, int from, float[] y, int length);

  /** {@code dy *= f'(x)}. */
  abstract void multiplyBySlope(float[] x, int from, float[] dy, int length);

  /** f(x) of each number. */
  float[] of(float[] x) {
    float[] y = FloatArrays.take(x.length);
    inChunks(x.length, (from, length) -> apply(x, from, y, length));
    return y;
  }

  /** {@code dy *= f'(x)}, in place. */
  void multiplyBySlope(float[] x, float[] dy) {
    inChunks(x.length, (from, length) -> multiplyBySlope(x, from, dy, length));
  }

  /** {@code y *= x}. */
  static void multiply(float[] x, float[] y) {
    inChunks(x.length, (from, length) -> OPS.multiply(x, y, from, length));
  }

  interface Range {
    void accept(int from, int length);
  }

  static void inChunks(int length, Range work) {
    Workers.runRanges(length, CHUNK, length > SMALL, (from, to) -> work.accept(from, to - from));
  }
}
