package org.attention4j.internal.feedforward;

import java.util.Arrays;
import java.util.List;
import org.attention4j.internal.linear.FewStepsLinear;
import org.attention4j.internal.linear.FloatLinear;
import org.attention4j.internal.linear.JoinedExamples;
import org.attention4j.internal.memory.FloatArrays;
import org.jspecify.annotations.Nullable;

/**
 * The feed-forward block of a transformer on each step of sequences, in FLOAT.
 *
 * <pre>
 *   y = W2 f(W1 x + b1) + b2, gated: y = W2 (f(W1 x + b1) ⊙ (Wg x + bg)) + b2
 * </pre>
 *
 * <p>Sequences are channel-major: x [b, in, T], hidden [b, hidden, T], y [b, out, T]. Only what
 * stands before the activation is kept for the backward pass; f of it is computed again.
 */
public final class FloatFeedForward {
  private final int examples;
  private final int inputs;
  private final int steps;
  private final FloatActivation activation;
  private final List<FloatLinear.Weights> into;
  private final FloatLinear.Weights out;

  /**
   * What the forward pass leaves.
   *
   * @param output y
   * @param hidden W1 x + b1 and, gated, Wg x + bg, for the backward pass alone, which knows whether
   *     examples are joined
   */
  public record Forward(float[] output, float[][] hidden) {}

  /**
   * The gradients.
   *
   * @param input dL/dx
   * @param into those of W1, b1 and, gated, of Wg, bg; their input gradient is {@code input}
   * @param out those of W2 and b2; their input gradient is not kept
   */
  public record Gradients(float[] input, FloatLinear.Gradients into, FloatLinear.Gradients out) {}

  /**
   * Describes the operation.
   *
   * @param examples b
   * @param inputs in
   * @param steps T
   * @param activation f
   * @param first W1, b1
   * @param gate Wg, bg; null for no gate
   * @param out W2, b2
   */
  public FloatFeedForward(
      int examples,
      int inputs,
      int steps,
      FloatActivation activation,
      FloatLinear.Weights first,
      FloatLinear.@Nullable Weights gate,
      FloatLinear.Weights out) {
    this.examples = examples;
    this.inputs = inputs;
    this.steps = steps;
    this.activation = activation;
    into = gate == null ? List.of(first) : List.of(first, gate);
    this.out = out;
  }

  /**
   * Applies the block.
   *
   * @param x [b, in, T]
   * @return y, and what the backward pass needs
   */
  public Forward forward(float[] x) {
    return JoinedExamples.ifItPays(examples, steps)
        .map(joined -> forward(joined, x))
        .orElseGet(() -> apart(x));
  }

  private Forward forward(JoinedExamples joined, float[] x) {
    float[] columns = joined.join(x);
    Forward forward = joined(joined).apart(columns);
    FloatArrays.giveBack(columns);
    return new Forward(joined.split(forward.output()), forward.hidden());
  }

  private FloatFeedForward joined(JoinedExamples joined) {
    return new FloatFeedForward(
        1,
        inputs,
        joined.columns(),
        activation,
        into.get(0),
        into.size() == 2 ? into.get(1) : null,
        out);
  }

  private Forward apart(float[] x) {
    float[][] hidden = new float[into.size()][];
    Arrays.setAll(hidden, j -> FloatArrays.take(examples * width() * steps));
    FloatLinear maps = new FloatLinear(examples, inputs, steps, x, into);
    return new Forward(maps.forward(this::activate, out, hidden), hidden);
  }

  /**
   * Applies the block and keeps nothing for a backward pass.
   *
   * @param x [b, in, T]
   * @return y
   */
  public float[] output(float[] x) {
    return new FloatLinear(examples, inputs, steps, x, into).forward(this::activate, out);
  }

  private void activate(float[] hidden, int[] starts, int length) {
    int first = starts[0];
    activation.apply(hidden, first, hidden, length);
    for (int i = 0; starts.length == 2 && i < length; i++) {
      hidden[first + i] *= hidden[starts[1] + i];
    }
  }

  /**
   * Applies the block to a few steps, whose work is to read the weights.
   *
   * @param examples b
   * @param inputs in
   * @param steps T
   * @param x [b, in, T]
   * @param activation f
   * @param maps W1, b1; Wg, bg if there is a gate; W2, b2
   * @return y, and what stands before the activation
   */
  public static Forward ofFewSteps(
      int examples,
      int inputs,
      int steps,
      float[] x,
      FloatActivation activation,
      List<FloatLinear.Weights> maps) {
    int last = maps.size() - 1;
    float[][] hidden =
        new FewStepsLinear(examples, inputs, steps, x, maps.subList(0, last)).forward();
    float[] activated = activated(activation, hidden);
    int width = maps.get(0).outputs();
    float[] output =
        new FewStepsLinear(examples, width, steps, activated, List.of(maps.get(last))).forward()[0];
    FloatArrays.giveBack(activated);
    return new Forward(output, hidden);
  }

  private static float[] activated(FloatActivation activation, float[][] hidden) {
    float[] activated = activation.of(hidden[0]);
    if (hidden.length == 2) {
      FloatActivation.multiply(hidden[1], activated);
    }
    return activated;
  }

  private int width() {
    return into.get(0).outputs();
  }

  /**
   * Computes the gradients.
   *
   * @param x [b, in, T]
   * @param hidden what the forward pass left
   * @param dy dL/dy, [b, out, T]
   * @return the gradients
   */
  public Gradients backward(float[] x, float[][] hidden, float[] dy) {
    return JoinedExamples.ifItPays(examples, steps)
        .map(joined -> backward(joined, x, hidden, dy))
        .orElseGet(() -> apart(x, hidden, dy));
  }

  private Gradients backward(JoinedExamples joined, float[] x, float[][] hidden, float[] dy) {
    float[] columns = joined.join(x);
    float[] arriving = joined.join(dy);
    Gradients gradients = joined(joined).apart(columns, hidden, arriving);
    FloatArrays.giveBack(columns);
    FloatArrays.giveBack(arriving);
    return new Gradients(joined.split(gradients.input()), gradients.into(), gradients.out());
  }

  private Gradients apart(float[] x, float[][] hidden, float[] dy) {
    float[] activated = activated(activation, hidden);
    FloatLinear.Gradients behind =
        new FloatLinear(examples, width(), steps, activated, List.of(out))
            .backward(new float[][] {dy});
    FloatArrays.giveBack(activated);
    float[] gradient = behind.input();
    float[][] hiddenGradients = {gradient};
    if (hidden.length == 2) {
      float[] gateGradient = activation.of(hidden[0]);
      FloatActivation.multiply(gradient, gateGradient);
      FloatActivation.multiply(hidden[1], gradient);
      hiddenGradients = new float[][] {gradient, gateGradient};
    }
    activation.multiplyBySlope(hidden[0], gradient);
    FloatLinear.Gradients before =
        new FloatLinear(examples, inputs, steps, x, into).backward(hiddenGradients);
    for (float[] hiddenGradient : hiddenGradients) {
      FloatArrays.giveBack(hiddenGradient);
    }
    return new Gradients(before.input(), before, behind);
  }
}
