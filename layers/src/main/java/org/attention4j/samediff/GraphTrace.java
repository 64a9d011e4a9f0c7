package org.attention4j.samediff;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.autodiff.samediff.internal.Variable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.controlflow.Select;
import org.nd4j.linalg.api.ops.impl.controlflow.Where;
import org.nd4j.linalg.api.ops.impl.controlflow.WhereNumpy;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarAdd;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarDivision;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMultiplication;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarSubtraction;
import org.nd4j.linalg.api.ops.impl.shape.ExpandDims;
import org.nd4j.linalg.api.ops.impl.shape.Permute;
import org.nd4j.linalg.api.ops.impl.shape.Reshape;
import org.nd4j.linalg.api.ops.impl.shape.Squeeze;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.api.ops.impl.transforms.dtype.Cast;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.AddOp;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.DivOp;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.MulOp;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.RealDivOp;
import org.nd4j.linalg.api.ops.impl.transforms.pairwise.arithmetic.SubOp;
import org.nd4j.linalg.api.ops.impl.transforms.same.Identity;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tanh;

/** Follows variables through a graph, to where scores come from and to where weights go. */
final class GraphTrace {
  /** Between a product and its softmax there are a few operations; more is something else. */
  private static final int LONGEST = 32;

  /** Condition, what stands where it is true, what stands elsewhere. */
  private static final int INPUTS_OF_WHERE = 3;

  /** The rank of a variable of which it is not known. */
  static final int UNKNOWN = -1;

  /** How a graph hides keys. */
  enum MaskKind {
    ADDED,
    SUBTRACTED,
    SHOWS_WHERE_TRUE,
    SHOWS_WHERE_FALSE
  }

  /**
   * What hides keys.
   *
   * @param variable what is added or subtracted, or the condition
   */
  record Mask(MaskKind kind, String variable) {
    String describe() {
      return switch (kind) {
        case ADDED -> "'%s' is added".formatted(variable);
        case SUBTRACTED -> "'%s' is subtracted".formatted(variable);
        case SHOWS_WHERE_TRUE -> "keys are visible where '%s'".formatted(variable);
        case SHOWS_WHERE_FALSE -> "keys are hidden where '%s'".formatted(variable);
      };
    }
  }

  /**
   * Where scores come from.
   *
   * @param product the product of queries and keys
   * @param masks what hides keys on the way
   */
  record Origin(String product, List<Mask> masks) {
    Origin with(MaskKind kind, String variable) {
      return new Origin(
          product, Stream.concat(masks.stream(), Stream.of(new Mask(kind, variable))).toList());
    }
  }

  private final SameDiff graph;

  GraphTrace(SameDiff graph) {
    this.graph = graph;
  }

  /** The product of queries and keys that a variable is made from; null if there is none. */
  @Nullable Origin origin(String variable) {
    return origin(variable, 0);
  }

  private @Nullable Origin origin(String variable, int depth) {
    @Nullable SameDiffOp operation = producer(variable);
    if (operation == null || depth > LONGEST) {
      return null;
    }
    DifferentialFunction function = operation.getOp();
    List<String> inputs = operation.getInputsToOp();
    if (function instanceof Mmul) {
      return inputs.stream().allMatch(this::dependsOnInputs)
          ? new Origin(variable, List.of())
          : null;
    }
    if (isWhere(function) && inputs.size() == INPUTS_OF_WHERE) {
      return ofWhere(inputs, depth);
    }
    if (isArithmetic(function) && inputs.size() == 2) {
      return ofTwo(function, inputs, depth);
    }
    return passesOn(function) || isArithmetic(function) ? origin(inputs.get(0), depth + 1) : null;
  }

  private @Nullable Origin ofTwo(DifferentialFunction function, List<String> inputs, int depth) {
    @Nullable Origin first = origin(inputs.get(0), depth + 1);
    @Nullable Origin second = origin(inputs.get(1), depth + 1);
    if (first != null && second != null) {
      // Scores of contents and scores of positions, for example.
      List<Mask> both = new ArrayList<>(first.masks());
      both.addAll(second.masks());
      return new Origin(first.product(), both);
    }
    @Nullable Origin scores = first == null ? second : first;
    if (scores == null) {
      return null;
    }
    String other = inputs.get(first == null ? 0 : 1);
    if (function instanceof AddOp) {
      return isHarmless(other) ? scores : scores.with(MaskKind.ADDED, other);
    }
    if (function instanceof SubOp && first != null) {
      return isHarmless(other) ? scores : scores.with(MaskKind.SUBTRACTED, other);
    }
    return scores;
  }

  /** Whether a variable is a constant that hides nothing, added or subtracted. */
  private boolean isHarmless(String variable) {
    @Nullable INDArray values = constant(variable);
    return values != null
        && !values.isEmpty()
        && values.amaxNumber().doubleValue() < -AttentionMask.HIDING;
  }

  private @Nullable INDArray constant(String variable) {
    SDVariable subject = graph.getVariable(variable);
    return subject.getVariableType() == VariableType.CONSTANT ? subject.getArr() : null;
  }

  /** Scores in one branch and a constant that hides in the other. */
  private @Nullable Origin ofWhere(List<String> inputs, int depth) {
    @Nullable Origin ifTrue = origin(inputs.get(1), depth + 1);
    @Nullable Origin ifFalse = origin(inputs.get(2), depth + 1);
    if (ifTrue != null && isHiding(inputs.get(2))) {
      return ifTrue.with(MaskKind.SHOWS_WHERE_TRUE, inputs.get(0));
    }
    return ifFalse != null && isHiding(inputs.get(1))
        ? ifFalse.with(MaskKind.SHOWS_WHERE_FALSE, inputs.get(0))
        : null;
  }

  private boolean isHiding(String variable) {
    @Nullable INDArray values = constant(variable);
    if (values != null) {
      return !values.isEmpty() && values.maxNumber().doubleValue() <= AttentionMask.HIDING;
    }
    @Nullable SameDiffOp operation = producer(variable);
    return operation != null
        && passesOn(operation.getOp())
        && isHiding(operation.getInputsToOp().get(0));
  }

  /** Whether a variable is no weight, nor made from weights alone. */
  boolean dependsOnInputs(String variable) {
    return dependsOnInputs(variable, 0);
  }

  private boolean dependsOnInputs(String variable, int depth) {
    VariableType type = graph.getVariable(variable).getVariableType();
    if (type == VariableType.VARIABLE || type == VariableType.CONSTANT) {
      return false;
    }
    @Nullable SameDiffOp operation = producer(variable);
    if (operation == null || depth > LONGEST) {
      return true;
    }
    DifferentialFunction function = operation.getOp();
    List<String> inputs = operation.getInputsToOp();
    if (changesShapeAlone(function)) {
      return dependsOnInputs(inputs.get(0), depth + 1);
    }
    return !(passesOn(function) || isArithmetic(function))
        || inputs.stream().anyMatch(input -> dependsOnInputs(input, depth + 1));
  }

  /** Whether the last axis of weights is summed over in a product with what depends on inputs. */
  boolean weighValues(String weights) {
    return weighValues(weights, 0);
  }

  private boolean weighValues(String weights, int depth) {
    @Nullable List<String> consumers = variable(weights).getInputsForOp();
    if (consumers == null || depth > LONGEST) {
      return false;
    }
    return consumers.stream()
        .map(graph.getOps()::get)
        .anyMatch(
            operation -> {
              DifferentialFunction function = operation.getOp();
              List<String> inputs = operation.getInputsToOp();
              if (function instanceof Mmul product) {
                return sumsOverLastAxis(product, inputs, weights);
              }
              return inputs.get(0).equals(weights)
                  && (passesOn(function) || isArithmetic(function))
                  && weighValues(operation.getOutputsOfOp().get(0), depth + 1);
            });
  }

  private boolean sumsOverLastAxis(Mmul product, List<String> inputs, String weights) {
    boolean first = inputs.get(0).equals(weights);
    boolean sums = first ? !isTransposed(product, 0) : isTransposed(product, 1);
    return sums && dependsOnInputs(inputs.get(first ? 1 : 0));
  }

  private static boolean isTransposed(DynamicCustomOp product, int operand) {
    return product.numIArguments() > operand && product.getIArgument(operand) != 0;
  }

  /** The number of axes; {@link #UNKNOWN} if it cannot be told before the graph runs. */
  int rank(String variable) {
    return rank(variable, 0);
  }

  private int rank(String variable, int depth) {
    SDVariable subject = graph.getVariable(variable);
    @Nullable SameDiffOp operation = producer(variable);
    if (operation == null) {
      long @Nullable [] shape = subject.getShape();
      return shape == null ? UNKNOWN : shape.length;
    }
    if (depth > LONGEST) {
      return UNKNOWN;
    }
    DifferentialFunction function = operation.getOp();
    List<String> inputs = operation.getInputsToOp();
    int first = rank(inputs.get(0), depth + 1);
    if (function instanceof Permute permute && permute.numIArguments() > 0) {
      return permute.numIArguments();
    }
    if (function instanceof Reshape reshape) {
      return rankOfReshape(reshape, inputs);
    }
    if (function instanceof ExpandDims) {
      return first == UNKNOWN ? UNKNOWN : first + 1;
    }
    if (function instanceof Squeeze squeeze) {
      return first == UNKNOWN || squeeze.numIArguments() == 0
          ? UNKNOWN
          : first - squeeze.numIArguments();
    }
    if (inputs.size() == 1 || function instanceof Cast || function instanceof SoftMax) {
      return passesOn(function) || isArithmetic(function) || function instanceof SoftMax
          ? first
          : UNKNOWN;
    }
    if (function instanceof Mmul || isArithmetic(function)) {
      int second = rank(inputs.get(1), depth + 1);
      return first == UNKNOWN || second == UNKNOWN ? UNKNOWN : Math.max(first, second);
    }
    return isWhere(function) && inputs.size() == INPUTS_OF_WHERE
        ? Math.max(rank(inputs.get(1), depth + 1), rank(inputs.get(2), depth + 1))
        : UNKNOWN;
  }

  private int rankOfReshape(Reshape reshape, List<String> inputs) {
    if (inputs.size() > 1) {
      long @Nullable [] shape = graph.getVariable(inputs.get(1)).getShape();
      if (shape != null && shape.length == 1 && shape[0] > 0) {
        return (int) shape[0];
      }
      return UNKNOWN;
    }
    // The first number may say the order, which is negative and no size.
    int sizes = reshape.numIArguments();
    boolean order = sizes > 0 && reshape.getIArgument(0) < -1;
    return order ? sizes - 1 : sizes;
  }

  /** Operations that leave each row of scores what it is, or change all of it alike. */
  private static boolean passesOn(DifferentialFunction function) {
    return function instanceof Identity
        || function instanceof Cast
        || function instanceof Tanh // of a soft cap
        || changesShapeAlone(function)
        || function.opName().contains("dropout");
  }

  private static boolean changesShapeAlone(DifferentialFunction function) {
    return function instanceof Reshape
        || function instanceof Permute
        || function instanceof ExpandDims
        || function instanceof Squeeze;
  }

  private static boolean isArithmetic(DifferentialFunction function) {
    return function instanceof AddOp
        || function instanceof SubOp
        || function instanceof MulOp
        || function instanceof DivOp
        || function instanceof RealDivOp
        || function instanceof ScalarAdd
        || function instanceof ScalarSubtraction
        || function instanceof ScalarMultiplication
        || function instanceof ScalarDivision;
  }

  private static boolean isWhere(DifferentialFunction function) {
    return function instanceof Where
        || function instanceof Select
        || function instanceof WhereNumpy;
  }

  private @Nullable SameDiffOp producer(String variable) {
    @Nullable String operation = variable(variable).getOutputOfOp();
    return operation == null ? null : graph.getOps().get(operation);
  }

  private Variable variable(String name) {
    return Objects.requireNonNull(graph.getVariables().get(name));
  }
}
