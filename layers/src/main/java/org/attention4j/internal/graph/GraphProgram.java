package org.attention4j.internal.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.autodiff.samediff.internal.SessionMemMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The operations that some variables of a graph need, in the order of their making, ready to run
 * any number of times.
 *
 * <p>The framework's own session finds out again in each run what depends on what, in maps of
 * names, at about 0.1 ms an operation, remembers the id of every array it ever released, and keeps
 * every intermediate result until the end. Here the order is fixed once, values live in numbered
 * slots, and an intermediate result is free for the next operation of its size after its last use.
 *
 * <p>Graphs without control flow only. Not safe for use by several threads at once.
 */
public final class GraphProgram {
  private final Set<String> given = new HashSet<>();
  private final Map<String, Integer> slots = new HashMap<>();
  private final List<ProgramStep> steps = new ArrayList<>();
  private final Map<String, Placeholder> placeholders = new LinkedHashMap<>();
  private final List<Constant> constants = new ArrayList<>();
  private final int[] outputs;

  private record Placeholder(int slot, DataType type) {}

  private record Constant(int slot, SDVariable variable) {}

  /**
   * Plans the computation of some variables.
   *
   * @param variables the variables to compute, all of one graph
   * @throws IllegalArgumentException if the graph has an operation of control flow
   */
  public GraphProgram(List<SDVariable> variables) {
    this(variables, List.of());
  }

  /**
   * Plans the computation of some variables from others that an earlier program has computed.
   *
   * @param variables the variables to compute, all of one graph
   * @param given variables whose values will be handed to {@link #evaluate} like those of
   *     placeholders
   * @throws IllegalArgumentException if the graph has an operation of control flow
   */
  public GraphProgram(List<SDVariable> variables, List<SDVariable> given) {
    SameDiff sd = variables.get(0).getSameDiff();
    given.forEach(variable -> this.given.add(variable.name()));
    List<SameDiffOp> needed = needed(sd, variables);
    for (SameDiffOp op : needed) {
      int[] inputs = slots(sd, op.getInputsToOp());
      steps.add(new ProgramStep(sd, op, inputs, slots(sd, op.getOutputsOfOp())));
    }
    outputs = slots(sd, variables.stream().map(SDVariable::name).toList());
    markLastUses();
  }

  /** Operations are kept in the order of their making, which is a topological one. */
  private List<SameDiffOp> needed(SameDiff sd, List<SDVariable> variables) {
    Set<String> wanted = new HashSet<>();
    variables.forEach(variable -> wanted.add(variable.name()));
    wanted.removeAll(given);
    List<SameDiffOp> all = new ArrayList<>(sd.getOps().values());
    List<SameDiffOp> result = new ArrayList<>();
    for (int i = all.size() - 1; i >= 0; i--) {
      SameDiffOp op = all.get(i);
      if (op.getOutputsOfOp().stream().anyMatch(wanted::contains)) {
        if (op.getInputsToOp() != null) {
          op.getInputsToOp().stream().filter(name -> !given.contains(name)).forEach(wanted::add);
        }
        result.add(op);
      }
    }
    Collections.reverse(result);
    return result;
  }

  private int[] slots(SameDiff sd, @Nullable List<String> names) {
    return names == null
        ? new int[0]
        : names.stream().mapToInt(name -> slot(sd.getVariable(name))).toArray();
  }

  private int slot(SDVariable variable) {
    Integer known = slots.get(variable.name());
    if (known != null) {
      return known;
    }
    int slot = slots.size();
    slots.put(variable.name(), slot);
    if (variable.isPlaceHolder() || given.contains(variable.name())) {
      placeholders.put(variable.name(), new Placeholder(slot, variable.dataType()));
    } else if (variable.isConstant() || variable.getVariableType() == VariableType.VARIABLE) {
      constants.add(new Constant(slot, variable));
    }
    return slot;
  }

  /**
   * Tells each step which slots nobody reads after it; what is given or asked for is never freed.
   */
  private void markLastUses() {
    Set<Integer> kept = new HashSet<>();
    placeholders.values().forEach(placeholder -> kept.add(placeholder.slot()));
    constants.forEach(constant -> kept.add(constant.slot()));
    for (int output : outputs) {
      kept.add(output);
    }
    steps.forEach(step -> step.keepShared(kept));
    for (int i = steps.size() - 1; i >= 0; i--) {
      steps.get(i).freeUnless(kept);
    }
  }

  /**
   * The placeholders and given variables that this program reads.
   *
   * @return their names
   */
  public Set<String> inputs() {
    return Collections.unmodifiableSet(placeholders.keySet());
  }

  /**
   * The operations of one type.
   *
   * @param type their class
   * @return those that this program runs, in their order
   * @param <T> the type
   */
  public <T> List<T> operations(Class<T> type) {
    return steps.stream()
        .map(ProgramStep::operation)
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  /**
   * Computes the variables.
   *
   * @param values the values of the placeholders by name; others than those needed are ignored
   * @param memory where arrays are allocated; results are asked for as detached ones
   * @return the variables' values in their order
   * @throws IllegalArgumentException if a placeholder has no value
   */
  public List<INDArray> run(Map<String, INDArray> values, SessionMemMgr memory) {
    Map<String, Value> wrapped = new HashMap<>();
    values.forEach((name, array) -> wrapped.put(name, Value.of(array)));
    List<INDArray> result = new ArrayList<>(outputs.length);
    for (Value value : evaluate(wrapped, memory)) {
      result.add(value.array(memory));
    }
    return result;
  }

  /**
   * The same, where some values come from another program or go to one.
   *
   * @param values the values of the placeholders by name; others than those needed are ignored
   * @param memory where arrays are allocated; results are asked for as detached ones
   * @return the variables' values in their order
   * @throws IllegalArgumentException if a placeholder has no value
   */
  public List<Value> evaluate(Map<String, Value> values, SessionMemMgr memory) {
    @Nullable Value[] current = new Value[slots.size()];
    placeholders.forEach(
        (name, placeholder) ->
            current[placeholder.slot()] = given(name, placeholder.type(), values, memory));
    constants.forEach(
        constant -> current[constant.slot()] = Value.of(constant.variable().getArr()));
    Set<Integer> results = new HashSet<>();
    for (int output : outputs) {
      results.add(output);
    }
    ArrayPool pool = new ArrayPool(memory);
    for (ProgramStep step : steps) {
      step.run(current, results, pool);
    }
    List<Value> result = new ArrayList<>(outputs.length);
    for (int output : outputs) {
      result.add(Objects.requireNonNull(current[output]));
    }
    return result;
  }

  private static Value given(
      String name, DataType type, Map<String, Value> values, SessionMemMgr memory) {
    Value value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("The placeholder '" + name + "' has no value.");
    }
    if (value.type() == type) {
      return value;
    }
    INDArray array = value.array(memory);
    return Value.of(memory.allocate(false, type, array.shape()).assign(array));
  }
}
