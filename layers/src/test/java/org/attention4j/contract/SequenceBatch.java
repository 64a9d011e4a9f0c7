package org.attention4j.contract;

import java.util.Arrays;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Sequences to feed a subject with.
 *
 * @param inputs one [b, size, T] for each input
 * @param masks one [b, T] for each input; null if nothing is masked
 */
record SequenceBatch(INDArray[] inputs, INDArray @Nullable [] masks) {
  static final int EXAMPLES = 3;
  static final int STEPS = 5;

  static SequenceBatch random(Subject subject, DataType type, boolean masked) {
    return random(subject, type, EXAMPLES, STEPS, masked);
  }

  /** Padding at the end, of another length in each example but the first, which has none. */
  static SequenceBatch random(
      Subject subject, DataType type, int examples, int steps, boolean masked) {
    INDArray[] inputs = new INDArray[subject.inputs()];
    INDArray[] masks = new INDArray[subject.inputs()];
    for (int i = 0; i < inputs.length; i++) {
      int length = subject.steps(i, steps);
      // Values that all types can hold.
      inputs[i] =
          Nd4j.randn(DataType.DOUBLE, examples, subject.inputSize(i), length)
              .castTo(DataType.FLOAT16)
              .castTo(type);
      masks[i] = Nd4j.ones(type, examples, length);
      for (int example = 1; example < examples; example++) {
        for (int step = Math.max(1, length - 2 * example); step < length; step++) {
          masks[i].putScalar(example, step, 0);
        }
      }
    }
    return new SequenceBatch(inputs, masked ? masks : null);
  }

  SequenceBatch castTo(DataType type) {
    return new SequenceBatch(cast(inputs, type), masks == null ? null : cast(masks, type));
  }

  /** The same in another order of memory. */
  SequenceBatch ordered(char order) {
    return new SequenceBatch(
        Arrays.stream(inputs).map(array -> array.dup(order)).toArray(INDArray[]::new), masks);
  }

  private static INDArray[] cast(INDArray[] arrays, DataType type) {
    return Arrays.stream(arrays).map(array -> array.castTo(type)).toArray(INDArray[]::new);
  }

  /** The mask of what the subject returns; null if all of it counts. */
  @Nullable INDArray outputMask(ComputationGraph graph) {
    if (masks == null) {
      return null;
    }
    Pair<INDArray, MaskState> mask =
        graph
            .getVertex(Subject.NAME)
            .feedForwardMaskArrays(masks, MaskState.Active, (int) inputs[0].size(0));
    return mask == null ? null : mask.getFirst();
  }

  /** What the whole network answers. */
  INDArray answer(ComputationGraph graph) {
    INDArray mask = outputMask(graph);
    return graph.output(false, inputs, masks, mask == null ? null : new INDArray[] {mask})[0].dup();
  }

  /** With a class for each step that the network returns. */
  MultiDataSet data(ComputationGraph graph) {
    INDArray labels = Nd4j.zerosLike(answer(graph));
    for (int example = 0; example < labels.size(0); example++) {
      for (int step = 0; step < labels.size(2); step++) {
        labels.putScalar(example, (2 * example + step) % Subject.CLASSES, step, 1);
      }
    }
    INDArray mask = outputMask(graph);
    return new MultiDataSet(
        inputs, new INDArray[] {labels}, masks, mask == null ? null : new INDArray[] {mask});
  }

  /** The same with these values in masked steps, one after the other and over again. */
  SequenceBatch withGarbage(double... garbage) {
    INDArray[] filled = new INDArray[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      filled[i] = inputs[i].dup();
      fillMasked(filled[i], masks == null ? null : masks[i], garbage);
    }
    return new SequenceBatch(filled, masks);
  }

  static void fillMasked(INDArray sequence, @Nullable INDArray mask, double... values) {
    int next = 0;
    for (long example = 0; mask != null && example < mask.size(0); example++) {
      for (long step = 0; step < mask.size(1); step++) {
        if (mask.getDouble(example, step) == 0) {
          sequence
              .get(NDArrayIndex.point(example), NDArrayIndex.all(), NDArrayIndex.point(step))
              .assign(values[next++ % values.length]);
        }
      }
    }
  }

  /** The same with masked steps after each input. */
  SequenceBatch padded(int more) {
    INDArray[] longer = new INDArray[inputs.length];
    INDArray[] longerMasks = new INDArray[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      DataType type = inputs[i].dataType();
      long examples = inputs[i].size(0);
      INDArray padding = Nd4j.ones(type, examples, inputs[i].size(1), more);
      longer[i] = Nd4j.concat(2, inputs[i], padding);
      INDArray mask = masks == null ? Nd4j.ones(type, examples, inputs[i].size(2)) : masks[i];
      longerMasks[i] = Nd4j.concat(1, mask, Nd4j.zeros(type, examples, more));
    }
    return new SequenceBatch(longer, longerMasks);
  }

  /** The same with one example masked in all its steps. */
  SequenceBatch without(int example) {
    INDArray[] hidden = new INDArray[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      hidden[i] =
          masks == null
              ? Nd4j.ones(inputs[i].dataType(), inputs[i].size(0), inputs[i].size(2))
              : masks[i].dup();
      hidden[i].getRow(example).assign(0);
    }
    return new SequenceBatch(inputs, hidden);
  }
}
