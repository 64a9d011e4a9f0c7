package org.attention4j.internal.probes;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.internal.attention.AttentionProblem;
import org.attention4j.internal.attention.AttentionShape;
import org.attention4j.internal.attention.FloatAttention;
import org.attention4j.internal.attention.LargestScores;
import org.attention4j.internal.graph.HostArrays;
import org.attention4j.internal.graph.StepMask;
import org.attention4j.internal.memory.FloatArrays;
import org.attention4j.kernel.RowKernels;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.layers.Position;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The largest scores of a monitored layer over all rows of a batch. Queries and keys are those that
 * the forward pass has kept, or are projected again. Their products are those of the fused forward
 * pass, in FLOAT, whatever path the layer takes. Only a tile of scores is ever held.
 *
 * <p>A backward pass on the fused path meets the same scores again and gives them for less: see
 * {@link MonitoredLayer#observeScores}. This is for all others, and for other parameters than those
 * of the pass.
 */
final class ExactScores {
  /** Numbers in queries, keys and values of the examples that are projected together: 16 MB. */
  private static final long MAX_NUMBERS = 1 << 22;

  private ExactScores() {}

  /** The largest scores of each head. */
  static LargestScores of(MonitoredLayer layer) {
    AttentionSpec spec = layer.spec();
    INDArray[] inputs = layer.inputs();
    int examples = Math.toIntExact(inputs[0].size(0));
    List<float[]> kept = layer.projection().kept();
    if (!kept.isEmpty()) {
      return ofKept(layer, examples, kept.get(0), kept.get(1));
    }
    long steps = Arrays.stream(inputs).mapToLong(input -> input.size(2)).max().orElse(1);
    long numbers = 3 * steps * Math.max(inputs[0].size(1), spec.heads() * spec.headSize());
    int together = (int) Math.max(1, MAX_NUMBERS / numbers);
    LargestScores largest = new LargestScores(spec.heads());
    for (int from = 0; from < examples; from += together) {
      largest.add(
          ofProjected(layer, IntStream.range(from, Math.min(examples, from + together)).toArray()));
    }
    return largest;
  }

  private static LargestScores ofKept(
      MonitoredLayer layer, int examples, float[] queries, float[] keys) {
    AttentionSpec spec = layer.spec();
    int keyCount = Math.toIntExact(layer.atKeys().size(2));
    int size = Math.toIntExact(spec.headSize());
    int queryCount = queries.length / (examples * spec.heads() * size);
    int keyHeads = keys.length / (examples * size * keyCount);
    AttentionShape shape =
        new AttentionShape(examples, spec.heads(), keyHeads, queryCount, keyCount, size, size);
    return of(layer, shape, queries, keys, null, layer.queryMask(), layer.keyMask());
  }

  private static LargestScores ofProjected(MonitoredLayer layer, int[] examples) {
    AttentionSpec spec = layer.spec();
    INDArray[] sampled =
        Arrays.stream(layer.inputs())
            .map(input -> MonitoredLayer.sampled(input, examples))
            .toArray(INDArray[]::new);
    INDArray keyMask = sampled(layer.keyMask(), examples);
    INDArray[] heads = layer.projection().heads(sampled, keyMask);
    int queries = Math.toIntExact(heads[0].size(3));
    int keys = Math.toIntExact(heads[1].size(3));
    int headSize = Math.toIntExact(heads[0].size(2));
    AttentionShape shape =
        new AttentionShape(
            examples.length,
            spec.heads(),
            Math.toIntExact(heads[1].size(1)),
            queries,
            keys,
            headSize,
            headSize);
    float[] q = HostArrays.floats(heads[0].castTo(DataType.FLOAT));
    float[] k = HostArrays.floats(heads[1].castTo(DataType.FLOAT));
    double[] decays =
        spec.position() == Position.FORGETTING ? HostArrays.numbers(heads[heads.length - 1]) : null;
    LargestScores largest =
        of(layer, shape, q, k, decays, sampled(layer.queryMask(), examples), keyMask);
    FloatArrays.giveBack(q);
    FloatArrays.giveBack(k);
    return largest;
  }

  private static LargestScores of(
      MonitoredLayer layer,
      AttentionShape shape,
      float[] queries,
      float[] keys,
      double @Nullable [] decays,
      @Nullable INDArray queryMask,
      @Nullable INDArray keyMask) {
    AttentionSpec spec = layer.spec();
    AttentionProblem problem =
        new AttentionProblem(
            shape,
            RowKernels.softmax(1), // no row of weights is computed
            0,
            spec.scale(),
            RowRecomputation.range(spec),
            spec.position() == Position.ALIBI,
            shape.keys() - shape.queries(),
            0,
            0);
    return new FloatAttention(
            problem, queries, keys, new float[0], flags(keyMask, layer.name()), decays)
        .largestScores(flags(queryMask, layer.name()));
  }

  private static @Nullable INDArray sampled(@Nullable INDArray mask, int[] examples) {
    return mask == null ? null : MonitoredLayer.sampled(mask, examples);
  }

  /** One for a step that counts, zero for padding. */
  static float @Nullable [] flags(@Nullable INDArray mask, String layer) {
    return mask == null
        ? null
        : HostArrays.floats(StepMask.read(mask, DataType.FLOAT, layer).castTo(DataType.FLOAT));
  }
}
