package org.attention4j.internal.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.BaseOp;
import org.nd4j.linalg.api.ops.BaseReduceOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.ops.ReduceOp;
import org.nd4j.linalg.api.ops.ScalarOp;
import org.nd4j.linalg.api.ops.custom.Invoke;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.Enter;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.Exit;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.LoopCond;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.Merge;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.NextIteration;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.Switch;
import org.nd4j.linalg.api.ops.impl.shape.CreateView;
import org.nd4j.linalg.api.ops.impl.shape.tensorops.BaseTensorOp;
import org.nd4j.linalg.api.ops.impl.transforms.same.Identity;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/** One operation of a {@link GraphProgram}: which slots it reads, writes and frees. */
final class ProgramStep {
  private static final List<Class<?>> CONTROL_FLOW =
      List.of(
          Enter.class,
          Exit.class,
          LoopCond.class,
          Merge.class,
          NextIteration.class,
          Switch.class,
          BaseTensorOp.class,
          Invoke.class,
          CreateView.class);

  private final DifferentialFunction op;
  private final int[] inputs;
  private final int[] outputs;
  private final DataType[] outputTypes;
  private final boolean passesInputOn;
  private final OpContext context = Nd4j.getExecutioner().buildContext();
  private int[] freed = {};

  /** Whether nobody reads the other outputs. */
  private boolean onlyFirstIsRead;

  ProgramStep(SameDiff sd, SameDiffOp step, int[] inputs, int[] outputs) {
    this.op = step.getOp();
    this.inputs = inputs;
    this.outputs = outputs;
    outputTypes =
        step.getOutputsOfOp().stream()
            .map(name -> sd.getVariable(name).dataType())
            .toArray(DataType[]::new);
    passesInputOn = op instanceof Identity;
    if (CONTROL_FLOW.stream().anyMatch(type -> type.isInstance(op))) {
      throw new IllegalArgumentException(
          "The operation '%s' (%s) is control flow, which a layer's graph cannot have."
              .formatted(op.getOwnName(), op.opName()));
    }
  }

  DifferentialFunction operation() {
    return op;
  }

  /** Two slots that share one array are never freed, neither by earlier nor by later steps. */
  void keepShared(Set<Integer> kept) {
    if (passesInputOn) {
      kept.add(inputs[0]);
      kept.add(outputs[0]);
    }
  }

  /** Frees after this step what it touches and nobody keeps, and keeps that for earlier steps. */
  void freeUnless(Set<Integer> kept) {
    if (passesInputOn) {
      return;
    }
    onlyFirstIsRead = Arrays.stream(outputs).skip(1).noneMatch(kept::contains);
    int[] touched = Arrays.copyOf(inputs, inputs.length + outputs.length);
    System.arraycopy(outputs, 0, touched, inputs.length, outputs.length);
    freed = Arrays.stream(touched).distinct().filter(slot -> !kept.contains(slot)).toArray();
    for (int slot : freed) {
      kept.add(slot);
    }
  }

  void run(@Nullable Value[] values, Set<Integer> results, ArrayPool pool) {
    if (passesInputOn) {
      values[outputs[0]] = values[inputs[0]];
      return;
    }
    if (op instanceof JavaOperation java) {
      Value[] arguments = new Value[inputs.length];
      for (int i = 0; i < inputs.length; i++) {
        arguments[i] = Objects.requireNonNull(values[inputs[i]]);
      }
      Value[] computed = onlyFirstIsRead ? java.runForFirst(arguments) : java.run(arguments);
      for (int i = 0; i < computed.length; i++) {
        values[outputs[i]] = computed[i];
      }
    } else {
      runInBackend(values, results, pool);
    }
    for (int slot : freed) {
      Value value = values[slot];
      if (value == null) {
        continue; // an output that nobody reads
      }
      INDArray array = value.existingArray();
      if (array != null) {
        pool.release(array);
      }
      value.release();
      values[slot] = null;
    }
  }

  private void runInBackend(@Nullable Value[] values, Set<Integer> results, ArrayPool pool) {
    INDArray[] arguments = new INDArray[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      arguments[i] =
          Objects.requireNonNull(values[inputs[i]]).array(pool, results.contains(inputs[i]));
    }
    try {
      INDArray[] computed =
          op instanceof DynamicCustomOp custom
              ? run(custom, arguments, results, pool)
              : new INDArray[] {run((BaseOp) op, arguments, results, pool)};
      for (int i = 0; i < outputs.length; i++) {
        values[outputs[i]] = Value.of(computed[i]);
      }
    } finally {
      op.clearArrays();
      context.purge();
    }
  }

  private INDArray[] run(
      DynamicCustomOp custom, INDArray[] arguments, Set<Integer> results, ArrayPool pool) {
    context.setArgs(arguments, custom.iArgs(), custom.dArgs(), custom.tArgs(), custom.bArgs());
    List<LongShapeDescriptor> shapes = custom.calculateOutputShape(context);
    INDArray[] computed = new INDArray[outputs.length];
    for (int i = 0; i < outputs.length; i++) {
      computed[i] = pool.allocate(shapes.get(i), outputTypes[i], results.contains(outputs[i]));
      context.setOutputArray(i, computed[i]);
    }
    Nd4j.exec(custom, context);
    return computed;
  }

  /** The older kind of operation: elementwise, with a scalar, or a reduction. */
  private INDArray run(BaseOp legacy, INDArray[] arguments, Set<Integer> results, ArrayPool pool) {
    context.setInputArray(0, arguments[0]);
    if (legacy instanceof ReduceOp && legacy instanceof BaseReduceOp reduction) {
      reduceOver(reduction, arguments);
    } else if (arguments.length == 2) {
      context.setInputArray(1, arguments[1]);
      if (legacy instanceof ScalarOp scalar) {
        scalar.setScalar(arguments[1]);
      }
    }
    LongShapeDescriptor shape = legacy.calculateOutputShape(context).get(0);
    INDArray output = pool.allocate(shape, outputTypes[0], results.contains(outputs[0]));
    if (legacy instanceof BaseReduceOp reduction && reducesNothing(arguments[0], output)) {
      reduction.setX(arguments[0]);
      output.assign(reduction.noOp().reshape(output.shape()));
      return output;
    }
    context.setOutputArray(0, output);
    Nd4j.exec(legacy, context);
    return output;
  }

  /**
   * Whether a vector is reduced along an axis of size 1. The backend leaves that to the operation
   * and looks for the array within the operation, not in the context.
   */
  private static boolean reducesNothing(INDArray vector, INDArray output) {
    return vector.isVector() && vector.length() > 1 && vector.length() == output.length();
  }

  /** Axes may come as a second input; they are counted from the end if negative. */
  private static void reduceOver(BaseReduceOp reduction, INDArray[] arguments) {
    INDArray given = arguments.length == 2 ? arguments[1] : reduction.dimensions();
    if (given != null && !given.isEmpty()) {
      reduction.setDimensions(Shape.normalizeAxis(arguments[0].rank(), given.toIntVector()));
      reduction.setEmptyReduce(false);
    }
  }
}
