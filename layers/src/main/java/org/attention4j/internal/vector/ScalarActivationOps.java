package org.attention4j.internal.vector;

/** {@link ActivationOps} in plain Java. */
final class ScalarActivationOps implements ActivationOps {
  @Override
  public void relu(float[] x, int from, float[] y, int length) {
    for (int i = from; i < from + length; i++) {
      y[i] = Math.max(0, x[i]);
    }
  }

  @Override
  public void reluSlope(float[] x, int from, float[] dy, int length) {
    for (int i = from; i < from + length; i++) {
      dy[i] = x[i] > 0 ? dy[i] : 0;
    }
  }

  @Override
  public void logisticGate(float[] x, int from, float[] y, int length, float linear, float cubic) {
    for (int i = from; i < from + length; i++) {
      y[i] = logisticGate(x[i], linear, cubic);
    }
  }

  static float logisticGate(float x, float linear, float cubic) {
    float near = near(x);
    float gate = FloatExp.sigmoid((cubic * near * near + linear) * near);
    return Math.max(x, -LOGISTIC_END) * gate;
  }

  @Override
  public void logisticGateSlope(
      float[] x, int from, float[] dy, int length, float linear, float cubic) {
    for (int i = from; i < from + length; i++) {
      dy[i] *= logisticGateSlope(x[i], linear, cubic);
    }
  }

  static float logisticGateSlope(float x, float linear, float cubic) {
    float near = near(x);
    float square = near * near;
    float argument = (cubic * square + linear) * near;
    float gate = FloatExp.sigmoid(argument);
    float other = FloatExp.sigmoid(-argument);
    return gate + near * gate * other * (3 * cubic * square + linear);
  }

  private static float near(float x) {
    return Math.max(-LOGISTIC_END, Math.min(x, LOGISTIC_END));
  }

  @Override
  public void normalGate(float[] x, int from, float[] y, int length) {
    for (int i = from; i < from + length; i++) {
      y[i] = normalGate(x[i]);
    }
  }

  static float normalGate(float x) {
    float a = Math.min(Math.abs(x), NORMAL_END);
    float tail = NormalTail.of(a, FloatExp.exp(-0.5f * a * a));
    return Math.max(x, -NORMAL_END) * (x < 0 ? tail : 1 - tail);
  }

  @Override
  public void normalGateSlope(float[] x, int from, float[] dy, int length) {
    for (int i = from; i < from + length; i++) {
      dy[i] *= normalGateSlope(x[i]);
    }
  }

  static float normalGateSlope(float x) {
    float a = Math.min(Math.abs(x), NORMAL_END);
    float exponential = FloatExp.exp(-0.5f * a * a);
    float tail = NormalTail.of(a, exponential);
    float density = a * exponential * NormalTail.DENSITY;
    return x < 0 ? tail - density : 1 - tail + density;
  }

  @Override
  public void multiply(float[] x, float[] y, int from, int length) {
    for (int i = from; i < from + length; i++) {
      y[i] *= x[i];
    }
  }
}
