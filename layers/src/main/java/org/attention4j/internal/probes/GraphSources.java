package org.attention4j.internal.probes;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.autodiff.samediff.internal.Variable;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/** What the variables of a graph are computed from. */
final class GraphSources {
  /** Operations that read the shape of their input and not its numbers. */
  private static final Set<String> OF_SHAPES = Set.of("shape_of", "size", "size_at", "rank");

  /** Operations that change the shape of their first input and not its numbers. */
  private static final Set<String> LAYOUTS =
      Set.of("reshape", "permute", "transpose", "expand_dims", "squeeze", "identity", "cast");

  private final SameDiff graph;

  GraphSources(SameDiff graph) {
    this.graph = graph;
  }

  /**
   * A product with a matrix of the graph, x W + b.
   *
   * @param input the name of x [rows, nIn], which is computed
   * @param weights the name of W [nIn, nOut], which is trained
   * @param bias the name of b [nOut], which is trained; null for none
   */
  record Product(String input, String weights, @Nullable String bias) {}

  /** Whether two variables are computed from the same placeholders, at least one. */
  boolean areOfTheSame(String one, String other) {
    Set<String> ofOne = placeholders(one);
    return !ofOne.isEmpty() && ofOne.equals(placeholders(other));
  }

  private Set<String> placeholders(String name) {
    Set<String> found = new HashSet<>();
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(name));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (seen.add(next)) {
        SDVariable variable = graph.getVariable(next);
        if (variable != null && variable.isPlaceHolder()) {
          found.add(next);
        }
        SameDiffOp operation = producer(next);
        if (operation != null && !OF_SHAPES.contains(operation.getOp().opName())) {
          boolean oneInput = LAYOUTS.contains(operation.getOp().opName());
          List<String> inputs = inputs(operation);
          open.addAll(oneInput ? inputs.subList(0, 1) : inputs);
        }
      }
    }
    return found;
  }

  /** The product that a variable is, apart from its shape; null if it is none. */
  @Nullable Product product(String name) {
    SameDiffOp operation = producer(name);
    while (operation != null && LAYOUTS.contains(operation.getOp().opName())) {
      operation = producer(inputs(operation).get(0));
    }
    if (operation == null) {
      return null;
    }
    List<String> inputs = inputs(operation);
    if (operation.getOp().opName().equals("add") && isTrained(inputs.get(1), 1)) {
      Product unbiased = product(inputs.get(0));
      return unbiased == null || unbiased.bias() != null
          ? null
          : new Product(unbiased.input(), unbiased.weights(), inputs.get(1));
    }
    boolean plain =
        operation.getOp() instanceof DynamicCustomOp custom
            && (operation.getOp().opName().equals("xw_plus_b")
                || operation.getOp().opName().equals("matmul"))
            && custom.numIArguments() <= 3
            && Arrays.stream(custom.iArgs()).allMatch(flag -> flag == 0);
    if (!plain
        || !isTrained(inputs.get(1), 2)
        || graph.getVariable(inputs.get(0)).getVariableType() != VariableType.ARRAY) {
      return null;
    }
    String bias = inputs.size() > 2 && isTrained(inputs.get(2), 1) ? inputs.get(2) : null;
    return new Product(inputs.get(0), inputs.get(1), bias);
  }

  private boolean isTrained(String name, int rank) {
    SDVariable variable = graph.getVariable(name);
    return variable.getVariableType() == VariableType.VARIABLE && variable.getArr().rank() == rank;
  }

  private static List<String> inputs(SameDiffOp operation) {
    List<String> inputs = operation.getInputsToOp();
    return inputs == null ? List.of() : inputs;
  }

  /** The operation that computes a variable; null for one that is not computed. */
  private @Nullable SameDiffOp producer(String name) {
    Variable variable = graph.getVariables().get(name);
    String operation = variable == null ? null : variable.getOutputOfOp();
    return operation == null ? null : graph.getOps().get(operation);
  }
}
