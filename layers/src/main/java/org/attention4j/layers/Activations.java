package org.attention4j.layers;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attention4j.internal.feedforward.FloatActivation;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationGELU;

/** The functions of one number that layers can apply, with gradients that stay finite far out. */
final class Activations {
  private static final List<Activation> POSSIBLE =
      List.of(
          Activation.IDENTITY,
          Activation.TANH,
          Activation.RELU,
          Activation.SIGMOID,
          Activation.SOFTPLUS,
          Activation.SOFTSIGN,
          Activation.ELU,
          Activation.GELU,
          Activation.SWISH);

  private static final double SIGMOID_SLOPE = 1.702;
  private static final double CUBIC = 0.044715;

  /** From here on tanh of the cubic is 1 to the last bit of a double, and its slope 0. */
  private static final double TANH_END = 10;

  private Activations() {}

  /**
   * Checks that a function can be applied.
   *
   * @param activation the function as Deeplearning4j has it
   */
  static void check(Requirements require, @Nullable IActivation activation) {
    require.that(
        activation != null && find(activation) != null,
        "activation",
        name(activation),
        POSSIBLE.stream().map(Activation::name).collect(Collectors.joining(", "))
            + ", each with its default options");
  }

  /**
   * Applies a function to each number.
   *
   * @param activation one that {@link #check} lets pass
   * @param gelu which function GELU is; {@code ActivationGELU(true)} says itself that it is TANH
   */
  static SDVariable apply(SDVariable x, @Nullable IActivation activation, Gelu gelu) {
    SameDiff sd = x.getSameDiff();
    Activation name = activation == null ? null : find(activation);
    if (name == null) {
      throw new IllegalStateException("Activation " + activation + " is not possible.");
    }
    return switch (name) {
      case IDENTITY -> sd.identity(x);
      case TANH -> sd.math.tanh(x);
      case RELU -> sd.nn.relu(x, 0);
      case SIGMOID -> sd.nn.sigmoid(x);
      case SOFTPLUS -> softplus(sd, x);
      case SOFTSIGN -> x.div(sd.math.abs(x).add(1));
      case ELU -> sd.nn.elu(x);
      case GELU -> gelu(sd, x, isTanh(activation) ? Gelu.TANH : gelu);
      case SWISH -> x.mul(sd.nn.sigmoid(x));
      default -> throw new IllegalStateException("Activation " + name + " is not possible.");
    };
  }

  /** The same function on Java arrays, if it is there. */
  static Optional<FloatActivation> inJava(@Nullable IActivation activation, Gelu gelu) {
    Activation name = activation == null ? null : find(activation);
    if (name == null) {
      return Optional.empty();
    }
    return switch (name) {
      case IDENTITY -> Optional.of(FloatActivation.IDENTITY);
      case RELU -> Optional.of(FloatActivation.RELU);
      case SWISH -> Optional.of(FloatActivation.SILU);
      case GELU -> Optional.of(inJava(isTanh(activation) ? Gelu.TANH : gelu));
      default -> Optional.empty();
    };
  }

  private static FloatActivation inJava(Gelu form) {
    return switch (form) {
      case EXACT -> FloatActivation.GELU;
      case TANH -> FloatActivation.GELU_TANH;
      case SIGMOID -> FloatActivation.GELU_SIGMOID;
    };
  }

  /** The name that a user chose it by. */
  static String name(@Nullable IActivation activation) {
    return Stream.of(Activation.values())
        .filter(name -> name.getActivationFunction().equals(activation))
        .findFirst()
        .map(Activation::name)
        .orElse(String.valueOf(activation));
  }

  private static @Nullable Activation find(IActivation activation) {
    if (activation instanceof ActivationGELU) {
      return Activation.GELU;
    }
    return POSSIBLE.stream()
        .filter(name -> name.getActivationFunction().equals(activation))
        .findFirst()
        .orElse(null);
  }

  private static boolean isTanh(@Nullable IActivation activation) {
    return activation instanceof ActivationGELU gelu && gelu.isPrecise();
  }

  private static SDVariable gelu(SameDiff sd, SDVariable x, Gelu form) {
    return switch (form) {
      case EXACT -> x.mul(0.5).mul(sd.math.erf(x.mul(Math.sqrt(0.5))).add(1));
      case TANH -> {
        SDVariable near = sd.math.clipByValue(x, -TANH_END, TANH_END);
        SDVariable cubic = near.add(near.mul(near).mul(near).mul(CUBIC));
        yield x.mul(0.5).mul(sd.math.tanh(cubic.mul(Math.sqrt(2 / Math.PI))).add(1));
      }
      // As sd.nn.gelu, whose own gradient overflows for large x.
      case SIGMOID -> x.mul(sd.nn.sigmoid(x.mul(SIGMOID_SLOPE)));
    };
  }

  /** log(1 + e^x) without an e^x that overflows. */
  private static SDVariable softplus(SameDiff sd, SDVariable x) {
    SDVariable small = sd.math.log(sd.math.exp(sd.math.abs(x).neg()).add(1));
    return sd.nn.relu(x, 0).add(small);
  }

  /** All that can be applied. */
  static List<Activation> possible() {
    return POSSIBLE;
  }
}
