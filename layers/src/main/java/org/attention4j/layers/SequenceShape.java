package org.attention4j.layers;

import static org.attention4j.internal.graph.GraphShapes.sizeInProgram;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The number of examples and steps of one sequence [b, size, T], known only when the graph runs,
 * and the shapes made of them; or a single step [b, size] of one.
 */
final class SequenceShape {
  private final SameDiff sd;
  private final @Nullable SDVariable examples;
  private final @Nullable SDVariable steps;
  private final Map<String, SDVariable> flattened = new HashMap<>();

  /**
   * Takes the sizes of a sequence.
   *
   * @param x shape [b, size, T]
   */
  SequenceShape(SDVariable x) {
    this(x.getSameDiff(), sizeInProgram(x, 0), sizeInProgram(x, 2));
  }

  private SequenceShape(SameDiff sd, @Nullable SDVariable examples, @Nullable SDVariable steps) {
    this.sd = sd;
    this.examples = examples;
    this.steps = steps;
  }

  /** For single steps, shape [b, size]. */
  static SequenceShape singleStep(SameDiff sd) {
    return new SequenceShape(sd, null, null);
  }

  /** As many examples as here, as many steps as there. */
  SequenceShape withSteps(SequenceShape other) {
    return new SequenceShape(sd, examples, other.steps);
  }

  /** As many examples as here, as many steps as an array [b, heads, headSize, T] has. */
  SequenceShape withStepsOf(SDVariable split) {
    return new SequenceShape(sd, examples, sizeInProgram(split, 3));
  }

  boolean isSingleStep() {
    return steps == null;
  }

  /** [b, heads * headSize, T] seen as [b, heads, headSize, T]. */
  SDVariable split(SDVariable x, long heads, long headSize) {
    return examples == null || steps == null
        ? x.reshape(-1, heads, headSize, 1)
        : x.reshape(sd.stack(0, examples, constant(heads), constant(headSize), steps));
  }

  /** [b, heads, headSize, T] seen as [b, features, T] with features = heads * headSize. */
  SDVariable merge(SDVariable x, long features) {
    return examples == null || steps == null
        ? x.reshape(-1, features)
        : x.reshape(sd.stack(0, examples, constant(features), steps));
  }

  /** Adds one value to each feature. */
  SDVariable addToEachStep(SDVariable x, SDVariable vector, long features) {
    return x.add(isSingleStep() ? vector.reshape(1, features) : vector.reshape(1, features, 1));
  }

  /**
   * [b, size, T] as one matrix [size, b * T], for products with a matrix: the batched product does
   * not broadcast, and repeating the matrix for each example costs more than the product.
   */
  SDVariable flatten(SDVariable x) {
    return flattened.computeIfAbsent(
        x.name(),
        name -> {
          SDVariable columns = sequenceExamples().mul(steps());
          return x.permute(1, 0, 2).reshape(sd.stack(0, sizeInProgram(x, 1), columns));
        });
  }

  /** [size, b * T] as [b, size, T]. */
  SDVariable unflatten(SDVariable matrix) {
    SDVariable size = sizeInProgram(matrix, 0);
    return matrix.reshape(sd.stack(0, size, sequenceExamples(), steps())).permute(1, 0, 2);
  }

  private SDVariable sequenceExamples() {
    return Objects.requireNonNull(examples, "a single step is a matrix already");
  }

  /** Repeats one example's heads [1, heads, headSize, T] for each example. */
  SDVariable headsForEachExample(SDVariable heads) {
    SDVariable one = constant(1);
    return repeat(heads, one, one, one);
  }

  /** [b, heads, headSize, T] with each head repeated: [b, heads * times, headSize, T]. */
  SDVariable repeatHeads(SDVariable x, long heads, long headSize, int times) {
    return split(sd.tile(sd.stack(2, x), 1, 1, times, 1, 1), heads * times, headSize);
  }

  private SDVariable repeat(SDVariable x, SDVariable... once) {
    SDVariable[] times = new SDVariable[once.length + 1];
    times[0] = sequenceExamples();
    System.arraycopy(once, 0, times, 1, once.length);
    return sd.tile(x, sd.stack(0, times));
  }

  /** The number of steps T. */
  SDVariable steps() {
    return steps == null ? constant(1) : steps;
  }

  private SDVariable constant(long value) {
    return sd.constant(value);
  }
}
