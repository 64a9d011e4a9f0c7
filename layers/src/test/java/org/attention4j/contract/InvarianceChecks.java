package org.attention4j.contract;

import static org.assertj.core.api.Assertions.fail;

import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What must be invisible: padding, what stands in it, and the order of memory. */
final class InvarianceChecks {
  /** The last ones can still be computed with, but not to the third power. */
  private static final double[] GARBAGE = {
    Double.NaN, 1e30, -1e30, Double.POSITIVE_INFINITY, -1e14, 1e11, -1e9
  };

  private static final int MORE = 2;

  private InvarianceChecks() {}

  static void garbage(Subject subject) {
    ComputationGraph graph = subject.graph(DataType.FLOAT);
    SequenceBatch clean = SequenceBatch.random(subject, DataType.FLOAT, true);
    INDArray epsilon = epsilon(graph, clean);
    SubjectPass expected = SubjectPass.of(graph, clean, epsilon);
    SubjectPass actual = SubjectPass.of(graph, clean.withGarbage(GARBAGE), epsilon);
    INDArray mask = clean.outputMask(graph);
    String what = "%s: NaN, infinity and 1e30 in masked steps change".formatted(subject);
    Distance.check(
        visible(actual.output(), mask),
        visible(expected.output(), mask),
        1e-6,
        "%s the output of steps that count".formatted(what));
    sameGradients(actual, expected, 1e-5, what);
    sameInputGradients(actual, expected, 1e-5, what);
  }

  /** Not padding, but as invisible: in which order of memory the arrays come. */
  static void order(Subject subject) {
    ComputationGraph graph = subject.graph(DataType.FLOAT);
    SequenceBatch batch = SequenceBatch.random(subject, DataType.FLOAT, true);
    SequenceBatch ordered = batch.ordered('f');
    String what = "%s: arrays in F order, as an LSTM returns them, change".formatted(subject);
    Distance.check(
        SubjectPass.output(graph, ordered, false),
        SubjectPass.output(graph, batch, false),
        1e-6,
        "%s the output".formatted(what));
    // Dropout of the input is drawn in the order of memory.
    if (SubjectPass.draws(graph, batch)) {
      return;
    }
    INDArray epsilon = epsilon(graph, batch);
    SubjectPass expected = SubjectPass.of(graph, batch, epsilon);
    SubjectPass actual = SubjectPass.of(graph, ordered, epsilon.dup('f'));
    sameGradients(actual, expected, 1e-5, what);
    sameInputGradients(actual, expected, 1e-5, what);
  }

  static void padding(Subject subject) {
    ComputationGraph graph = subject.graph(DataType.DOUBLE);
    SequenceBatch batch = SequenceBatch.random(subject, DataType.DOUBLE, true);
    SequenceBatch longer = batch.padded(MORE);
    INDArray epsilon = epsilon(graph, batch);
    SubjectPass expected = SubjectPass.of(graph, batch, epsilon);
    long grown = SubjectPass.output(graph, longer, false).size(2) - epsilon.size(2);
    INDArray longerEpsilon =
        grown == 0
            ? epsilon
            : Nd4j.concat(
                2, epsilon, Nd4j.zeros(DataType.DOUBLE, epsilon.size(0), epsilon.size(1), grown));
    INDArray mask = batch.outputMask(graph);
    String what = "%s: %d masked steps after the others change".formatted(subject, MORE);
    Distance.check(
        visible(first(SubjectPass.output(graph, longer, false), epsilon.size(2)), mask),
        visible(SubjectPass.output(graph, batch, false), mask),
        1e-10,
        "%s the output of steps that count".formatted(what));
    if (SubjectPass.draws(graph, batch)) {
      return;
    }
    SubjectPass actual = SubjectPass.of(graph, longer, longerEpsilon);
    sameGradients(actual, expected, 1e-9, what);
    for (int i = 0; i < expected.inputGradients().length; i++) {
      INDArray gradient = expected.inputGradients()[i];
      Distance.check(
          first(actual.inputGradients()[i], gradient.size(2)),
          gradient,
          1e-9,
          "%s the gradient of input %d".formatted(what, i));
    }
  }

  /** One example of nothing but padding: it is finite, learns nothing and leaves others alone. */
  static void emptyExample(Subject subject) {
    ComputationGraph graph = subject.graph(DataType.FLOAT);
    SequenceBatch batch = SequenceBatch.random(subject, DataType.FLOAT, true);
    SequenceBatch hidden = batch.without(1);
    INDArray epsilon = epsilon(graph, hidden);
    SubjectPass with = SubjectPass.of(graph, batch, epsilon);
    SubjectPass pass = SubjectPass.of(graph, hidden, epsilon);
    finite(subject, "the output", pass.output());
    pass.gradients()
        .forEach((name, gradient) -> finite(subject, "the gradient of '" + name + "'", gradient));
    INDArray mask = hidden.outputMask(graph);
    for (int example : new int[] {0, 2}) {
      Distance.check(
          visible(pass.output(), mask).slice(example),
          visible(with.output(), mask).slice(example),
          1e-6,
          "%s: hiding all of example 1 changes the output of example %d"
              .formatted(subject, example));
    }
    for (int i = 0; i < pass.inputGradients().length; i++) {
      finite(subject, "the gradient of input " + i, pass.inputGradients()[i]);
      double largest = pass.inputGradients()[i].slice(1).amaxNumber().doubleValue();
      if (largest != 0) {
        fail(
            "%s: input %d of an example whose steps are all masked has a gradient of %s; it must be"
                + " 0.",
            subject, i, largest);
      }
    }
  }

  private static void finite(Subject subject, String what, INDArray array) {
    if (!Double.isFinite(array.castTo(DataType.DOUBLE).sumNumber().doubleValue())) {
      fail(
          "%s: with an example whose steps are all masked, %s is not finite everywhere.",
          subject, what);
    }
  }

  /** A gradient that arrives at visible steps only, as from a loss under the same mask. */
  private static INDArray epsilon(ComputationGraph graph, SequenceBatch batch) {
    INDArray output = SubjectPass.output(graph, batch, false);
    INDArray epsilon = Nd4j.randn(DataType.DOUBLE, output.shape()).castTo(output.dataType());
    return visible(epsilon, batch.outputMask(graph));
  }

  private static INDArray visible(INDArray sequence, @Nullable INDArray mask) {
    INDArray result = sequence.dup();
    SequenceBatch.fillMasked(result, mask, 0);
    return result;
  }

  private static INDArray first(INDArray sequence, long steps) {
    return sequence.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, steps));
  }

  private static void sameGradients(
      SubjectPass actual, SubjectPass expected, double tolerance, String what) {
    expected
        .gradients()
        .forEach(
            (name, gradient) ->
                Distance.check(
                    Objects.requireNonNull(actual.gradients().get(name)),
                    gradient,
                    tolerance,
                    "%s the gradient of parameter '%s'".formatted(what, name)));
  }

  private static void sameInputGradients(
      SubjectPass actual, SubjectPass expected, double tolerance, String what) {
    for (int i = 0; i < expected.inputGradients().length; i++) {
      Distance.check(
          actual.inputGradients()[i],
          expected.inputGradients()[i],
          tolerance,
          "%s the gradient of input %d".formatted(what, i));
    }
  }
}
