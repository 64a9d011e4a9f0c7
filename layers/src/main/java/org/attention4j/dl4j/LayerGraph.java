package org.attention4j.dl4j;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What a layer or vertex sees when it writes its computation into a graph: inputs, masks,
 * parameters, whether the graph is for training, dropout, and a way to publish intermediate
 * results.
 *
 * <p>All variables are FLOAT or DOUBLE; a HALF network is computed in FLOAT.
 *
 * <p>A graph is a pure function of its placeholders. Parameters are placeholders too, so that it
 * never matters when and where the network's parameter vector was laid.
 */
public final class LayerGraph {
  private final SameDiff sd;
  private final boolean training;
  private final Map<String, SDVariable> inputs;
  private final Map<String, SDVariable> masks;
  private final Map<String, SDVariable> parameters;
  private final Map<String, SDVariable> published = new LinkedHashMap<>();
  private final List<Dropout> dropouts = new ArrayList<>();
  private final List<SDVariable> observable = new ArrayList<>();
  private @Nullable SDVariable loss;
  private final long steps;
  private final @Nullable PastSteps past;

  /** The numbers of steps for which this graph holds. */
  private long leastSteps = 1;

  private long mostSteps = Long.MAX_VALUE;

  /**
   * A point of the graph where values are dropped at random.
   *
   * @param placeholder where the drawn factors go in
   * @param probability the chance of each value to be dropped
   * @param shape the factors' shape for given shapes of the inputs
   */
  record Dropout(
      String placeholder,
      double probability,
      Function<Map<String, long[]>, long[]> shape,
      Draw draw) {}

  /** What is drawn for a dropout. */
  enum Draw {
    /** A factor for each value. */
    FACTORS,
    /** A factor for each value, as a fused operation would draw it from a seed. */
    SEEDED_FACTORS,
    /** The seed of a fused operation. */
    SEED
  }

  LayerGraph(
      SameDiff sd,
      boolean training,
      Map<String, SDVariable> inputs,
      Map<String, SDVariable> masks,
      Map<String, SDVariable> parameters,
      long steps,
      @Nullable PastSteps past) {
    this.sd = sd;
    this.training = training;
    this.inputs = inputs;
    this.masks = masks;
    this.parameters = parameters;
    this.steps = steps;
    this.past = past;
  }

  /**
   * The graph itself.
   *
   * @return the graph
   */
  public SameDiff sameDiff() {
    return sd;
  }

  /**
   * Whether this graph computes a training pass.
   *
   * @return true for training, false for inference
   */
  public boolean training() {
    return training;
  }

  /**
   * What is known of the steps before the input. The output is then that of the new steps alone.
   *
   * @return empty if the input is whole sequences
   */
  public Optional<PastSteps> past() {
    return Optional.ofNullable(past);
  }

  /**
   * The number of steps of the first input as a number, for a graph that is unrolled step by step.
   * Whoever asks makes this graph one for this number of steps alone; for another number the layer
   * is asked to write another graph.
   *
   * @return T, at least 1
   * @throws IllegalStateException if the graph is written before any input is known
   */
  public int unrolledSteps() {
    if (steps < 1) {
      throw new IllegalStateException(
          "This layer unrolls its graph over the steps of an input and needs to know how many.");
    }
    leastSteps = steps;
    mostSteps = steps;
    return Math.toIntExact(steps);
  }

  /**
   * Whether the number of steps of the first input is in a range. Whoever asks makes this graph one
   * for numbers of steps with the same answer; for others the layer is asked to write another
   * graph.
   *
   * @param least the least number of steps of the range
   * @param most the most
   * @return whether T is in the range; false if the graph is written before any input is known
   */
  public boolean hasStepsBetween(long least, long most) {
    if (steps < least) {
      mostSteps = Math.min(mostSteps, least - 1);
    } else if (steps > most) {
      leastSteps = Math.max(leastSteps, most + 1);
    } else {
      leastSteps = Math.max(leastSteps, least);
      mostSteps = Math.min(mostSteps, most);
    }
    return steps >= least && steps <= most;
  }

  /**
   * The only input of a layer.
   *
   * @return the input, for sequences of shape [b, size, T]
   * @throws IllegalStateException if there are several
   */
  public SDVariable input() {
    return input(onlyInput());
  }

  /**
   * An input by name.
   *
   * @param name the name as the vertex defined it
   * @return the input, for sequences of shape [b, size, T]
   */
  public SDVariable input(String name) {
    return known(inputs, name, "input");
  }

  /**
   * Whether the vertex was given this input; a vertex may do with fewer than it defines.
   *
   * @param name the name as the vertex defined it
   * @return true if there is such an input
   */
  public boolean hasInput(String name) {
    return inputs.containsKey(name);
  }

  /**
   * The mask of the only input of a layer.
   *
   * @return one for a step that counts and zero for padding, shape [b, T]; empty if all count
   */
  public Optional<SDVariable> mask() {
    return mask(onlyInput());
  }

  /**
   * The mask of an input.
   *
   * @param input the input's name
   * @return one for a step that counts and zero for padding, shape [b, T]; empty if all count
   */
  public Optional<SDVariable> mask(String input) {
    return Optional.ofNullable(masks.get(input));
  }

  /**
   * A parameter by name.
   *
   * @param name the name as the layer defined it
   * @return the parameter
   */
  public SDVariable parameter(String name) {
    return known(parameters, name, "parameter");
  }

  /**
   * Makes an intermediate result obtainable under a name.
   *
   * @param name the name, such as {@code weights}
   * @param variable the result
   * @return the same variable
   */
  public SDVariable publish(String name, SDVariable variable) {
    published.put(name, variable);
    return variable;
  }

  /**
   * Makes the gradient at an intermediate result obtainable, by {@link
   * Observation#ofInnerGradients}; in the order of these calls.
   *
   * @param variable a result on the way to the output
   */
  public void observeGradient(SDVariable variable) {
    observable.add(variable);
  }

  /**
   * Inverted dropout: in training each value is zero with the given probability and otherwise
   * divided by the rest; the backward pass sees the same draw as the forward pass. In inference x.
   *
   * @param x the values
   * @param probability the chance of each value to be dropped; 0 for none
   * @param shape the shape of x for given shapes of the inputs, by input name
   * @return x with dropout
   */
  public SDVariable dropout(
      SDVariable x, double probability, Function<Map<String, long[]>, long[]> shape) {
    return dropout(x, probability, shape, Draw.FACTORS);
  }

  /**
   * Inverted dropout of attention weights or other values, the same as a fused operation draws from
   * {@link #weightsDropoutSeed}.
   *
   * @param weights the values, such as weights of shape [b, h, Tq, Tk]
   * @param probability the chance of each value to be dropped; 0 for none
   * @param shape the shape of the values for given shapes of the inputs, by input name
   * @return the values with dropout
   */
  public SDVariable weightsDropout(
      SDVariable weights, double probability, Function<Map<String, long[]>, long[]> shape) {
    return dropout(weights, probability, shape, Draw.SEEDED_FACTORS);
  }

  private SDVariable dropout(
      SDVariable x, double probability, Function<Map<String, long[]>, long[]> shape, Draw draw) {
    if (!training || probability == 0) {
      return x;
    }
    String name = "dropout" + dropouts.size();
    SDVariable factors = sd.placeHolder(name, x.dataType());
    dropouts.add(new Dropout(name, probability, shape, draw));
    return x.mul(factors);
  }

  /**
   * What a fused operation draws its dropout from; new in each training pass, the same in its
   * forward and backward half.
   *
   * @param probability the chance of each value to be dropped, above 0
   * @return one INT64
   */
  public SDVariable weightsDropoutSeed(double probability) {
    String name = "dropout" + dropouts.size();
    dropouts.add(new Dropout(name, probability, shapes -> new long[] {1}, Draw.SEED));
    return sd.placeHolder(name, DataType.INT64);
  }

  /**
   * Adds a term of the layer's own to what training minimises, once for the whole minibatch: the
   * network's score contains it and the gradient is that of the score. For layers only; a {@link
   * org.deeplearning4j.nn.graph.ComputationGraph} takes no part of its score from vertices. In
   * inference nothing is added.
   *
   * @param term a scalar of rank 0, FLOAT or DOUBLE like all variables here
   */
  public void addLoss(SDVariable term) {
    if (training) {
      loss = loss == null ? term : loss.add(term);
    }
  }

  /** The sum of the terms that were added to the loss; null if there is none. */
  @Nullable SDVariable loss() {
    return loss;
  }

  /** Whether this graph holds for so many steps of the first input. */
  boolean holdsFor(long number) {
    return number >= leastSteps && number <= mostSteps;
  }

  List<Dropout> dropouts() {
    return Collections.unmodifiableList(dropouts);
  }

  List<SDVariable> observable() {
    return Collections.unmodifiableList(observable);
  }

  @Nullable SDVariable published(String name) {
    return published.get(name);
  }

  Map<String, SDVariable> published() {
    return Collections.unmodifiableMap(published);
  }

  private String onlyInput() {
    if (inputs.size() != 1) {
      throw new IllegalStateException(
          "Name the input: there are several, " + inputs.keySet() + ".");
    }
    return inputs.keySet().iterator().next();
  }

  private static SDVariable known(Map<String, SDVariable> variables, String name, String what) {
    SDVariable variable = variables.get(name);
    if (variable == null) {
      throw new IllegalArgumentException(
          "There is no %s '%s'; there are %s.".formatted(what, name, variables.keySet()));
    }
    return variable;
  }
}
