package org.attention4j.internal.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;

/**
 * Reverse-mode differentiation inside one graph: the gradient becomes ordinary variables beside the
 * forward ones.
 *
 * <p>The framework's own {@code createGradFunction} copies the graph, prints a line for every
 * operation, and with an external error signal gives twice the gradient. Here each operation's own
 * rule is asked once, and only where a wanted variable lies upstream.
 */
public final class Gradients {
  private final SameDiff sd;
  private final Map<String, SDVariable> gradients = new HashMap<>();

  private Gradients(SameDiff sd) {
    this.sd = sd;
  }

  /**
   * Differentiates {@code sum(output * outputGradient)}.
   *
   * @param output the variable that the gradient starts from
   * @param outputGradient the gradient that arrives there, of the same shape and type
   * @param variables the floating point variables to differentiate by: placeholders or any
   *     intermediate result
   * @return the gradients in the order of the variables; zeros for a variable without a path to the
   *     output
   */
  public static List<SDVariable> of(
      SDVariable output, SDVariable outputGradient, Collection<SDVariable> variables) {
    return of(List.of(output), List.of(outputGradient), variables);
  }

  /**
   * Differentiates the sum of {@code sum(output * outputGradient)} over several outputs, of which
   * one may depend on another.
   *
   * @param outputs the variables that the gradient starts from, at least one, all of one graph
   * @param outputGradients the gradients that arrive there, each of the shape and type of its
   *     output
   * @param variables the floating point variables to differentiate by: placeholders or any
   *     intermediate result
   * @return the gradients in the order of the variables; zeros for a variable without a path to any
   *     output
   * @throws IllegalArgumentException if there are not as many gradients as outputs, or none
   */
  public static List<SDVariable> of(
      List<SDVariable> outputs,
      List<SDVariable> outputGradients,
      Collection<SDVariable> variables) {
    if (outputs.isEmpty() || outputs.size() != outputGradients.size()) {
      throw new IllegalArgumentException(
          "Each output needs one gradient, and there has to be an output; got %d outputs and %d gradients."
              .formatted(outputs.size(), outputGradients.size()));
    }
    Gradients graph = new Gradients(outputs.get(0).getSameDiff());
    for (int i = 0; i < outputs.size(); i++) {
      graph.gradients.merge(outputs.get(i).name(), outputGradients.get(i), Sum::of);
    }
    return graph.differentiate(variables);
  }

  private List<SDVariable> differentiate(Collection<SDVariable> variables) {
    // Operations are kept in the order of their making, which is a topological one.
    List<SameDiffOp> forward = new ArrayList<>(sd.getOps().values());
    Set<String> dependent = dependents(forward, variables);
    for (int i = forward.size() - 1; i >= 0; i--) {
      propagate(forward.get(i), dependent);
    }
    List<SDVariable> result = new ArrayList<>(variables.size());
    for (SDVariable variable : variables) {
      SDVariable gradient = gradients.get(variable.name());
      result.add(gradient == null ? sd.zerosLike(variable) : gradient);
    }
    return result;
  }

  /** The floating point variables that depend on one of the wanted ones, those included. */
  private Set<String> dependents(List<SameDiffOp> forward, Collection<SDVariable> wanted) {
    Set<String> dependent = new HashSet<>();
    wanted.forEach(variable -> dependent.add(variable.name()));
    for (SameDiffOp op : forward) {
      List<String> inputs = op.getInputsToOp();
      if (inputs != null && inputs.stream().anyMatch(dependent::contains)) {
        for (String name : op.getOutputsOfOp()) {
          if (sd.getVariable(name).dataType().isFPType()) {
            dependent.add(name);
          }
        }
      }
    }
    return dependent;
  }

  private void propagate(SameDiffOp op, Set<String> dependent) {
    List<SDVariable> outputGradients = outputGradients(op);
    if (outputGradients == null || op.getInputsToOp() == null) {
      return;
    }
    List<String> inputs = op.getInputsToOp();
    if (inputs.stream().noneMatch(dependent::contains)) {
      return;
    }
    List<SDVariable> inputGradients =
        op.getOp() instanceof Mmul product
            ? ofProduct(product, outputGradients.get(0))
            : op.getOp().doDiff(outputGradients);
    for (int i = 0; i < Math.min(inputs.size(), inputGradients.size()); i++) {
      if (dependent.contains(inputs.get(i))) {
        gradients.merge(inputs.get(i), inputGradients.get(i), Sum::of);
      }
    }
  }

  /**
   * The gradients of the factors of a matrix product, as two more products of which only those
   * needed are run. The framework's own rule is one operation for both; it fails where both factors
   * are matrices of one element.
   */
  private List<SDVariable> ofProduct(Mmul product, SDVariable gradient) {
    SDVariable x = product.arg(0);
    SDVariable y = product.arg(1);
    boolean xTransposed = product.getIArgument(0) == 1;
    boolean yTransposed = product.getIArgument(1) == 1;
    if (product.getIArgument(2) == 1) {
      return product.doDiff(List.of(gradient));
    }
    return List.of(
        xTransposed
            ? sd.mmul(y, gradient, yTransposed, true, false)
            : sd.mmul(gradient, y, false, !yTransposed, false),
        yTransposed
            ? sd.mmul(gradient, x, true, xTransposed, false)
            : sd.mmul(x, gradient, !xTransposed, false, false));
  }

  /** The gradients of all outputs of an operation; null if none of them has one. */
  private @Nullable List<SDVariable> outputGradients(SameDiffOp op) {
    List<String> outputs = op.getOutputsOfOp();
    if (outputs.stream().noneMatch(gradients::containsKey)) {
      return null;
    }
    List<SDVariable> result = new ArrayList<>(outputs.size());
    for (String name : outputs) {
      SDVariable gradient = gradients.get(name);
      result.add(gradient == null ? sd.zerosLike(sd.getVariable(name)) : gradient);
    }
    return result;
  }
}
