package org.attention4j.limits;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.attention4j.internal.attention.KeyRange;
import org.attention4j.internal.probes.InferencePass;
import org.attention4j.internal.probes.LayerSnapshot;
import org.attention4j.internal.probes.MonitoredLayer;
import org.attention4j.internal.probes.Probe;
import org.attention4j.internal.probes.RowRecomputation;
import org.attention4j.internal.probes.Sampling;
import org.attention4j.layers.AttentionSpec;
import org.attention4j.monitor.metrics.AttentionRow;
import org.attention4j.monitor.metrics.Geometry;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Takes rows of all heads of a network: of each example some queries, of those that see the most
 * keys. In causal attention that is the last query alone.
 *
 * <pre>{@code
 * List<SampledHead> heads = AttentionSample.of(network).rows(4).take(input);
 * List<HeadAtN> atN = HeadAtN.of(heads.get(0), new int[] {5, 20}, 16, 1);
 * }</pre>
 *
 * <p>The forward pass is that of inference, and changes nothing that training depends on. Scores
 * and weights are computed again in DOUBLE from queries and keys. All that the monitor can watch
 * can be sampled, Deeplearning4j's own layers too. A sample is for one thread.
 */
public final class AttentionSample {
  private static final String OWNER = "AttentionSample";
  private static final Sampling ALL = new Sampling(1, Integer.MAX_VALUE, 0);

  private final Model network;
  private Geometry geometry = Geometry.INPUT;
  private int rows = 1;
  private long seed;
  private @Nullable INDArray @Nullable [] masks;

  private AttentionSample(Model network) {
    this.network = network;
  }

  /**
   * Begins with one row of each example and {@link Geometry#INPUT}.
   *
   * @param network a MultiLayerNetwork or a ComputationGraph; another one is refused by {@link
   *     #take}
   * @return the sample
   */
  public static AttentionSample of(Model network) {
    return new AttentionSample(network);
  }

  /**
   * Sets which vectors are the tokens x.
   *
   * @param tokens the layer's inputs, or the values of each head
   * @return this
   */
  public AttentionSample geometry(Geometry tokens) {
    geometry = tokens;
    return this;
  }

  /**
   * Sets how many queries of each example are taken.
   *
   * @param count at most so many
   * @return this
   * @throws IllegalArgumentException if it is below 1
   */
  public AttentionSample rows(int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "%s: rows is %d but must be at least 1.".formatted(OWNER, count));
    }
    rows = count;
    return this;
  }

  /**
   * Sets what the choice of queries depends on.
   *
   * @param number the seed
   * @return this
   */
  public AttentionSample seed(long number) {
    seed = number;
    return this;
  }

  /**
   * Sets the features masks: zero for padding, any other number for a step that counts.
   *
   * @param inputMasks one for each input of the network, [b, T]; null where all steps count
   * @return this
   */
  public AttentionSample masks(@Nullable INDArray... inputMasks) {
    masks = inputMasks.clone();
    return this;
  }

  /**
   * Runs the network.
   *
   * @param inputs one for each input of the network, [b, …]
   * @return all heads, from the input to the output; all heads of a layer have the same queries
   * @throws IllegalArgumentException if the network has no attention or another number of inputs
   */
  public List<SampledHead> take(INDArray... inputs) {
    try (InferencePass pass = new InferencePass(OWNER, network, inputs, masks)) {
      List<SampledHead> heads = new ArrayList<>();
      int[] examples = IntStream.range(0, Math.toIntExact(inputs[0].size(0))).toArray();
      for (MonitoredLayer layer : pass.layers()) {
        Probe probe = chosen(new LayerSnapshot(layer, examples, Set.of()).probe());
        List<List<AttentionRow>> ofHeads =
            new RowRecomputation(layer.spec(), geometry).rows(probe, ALL, 0, false);
        for (int head = 0; head < ofHeads.size(); head++) {
          heads.add(
              new SampledHead(layer.name(), head, layer.spec().headSize(), ofHeads.get(head)));
        }
      }
      if (heads.isEmpty()) {
        throw new IllegalArgumentException(
            "%s: this %s of %d parameters has no attention but must have an attention layer or vertex."
                .formatted(OWNER, network.getClass().getSimpleName(), network.numParams()));
      }
      return heads;
    }
  }

  /** The same with all other queries masked. */
  private Probe chosen(Probe probe) {
    boolean[][] queries = new boolean[probe.examples().length][probe.queries().steps()];
    for (int e = 0; e < queries.length; e++) {
      for (int query : draw(candidates(probe, e), new Random(31 * seed + e))) {
        queries[e][query] = true;
      }
    }
    return probe.withVisibleQueries(queries);
  }

  /** The queries that see the most keys. */
  private static int[] candidates(Probe probe, int example) {
    int[] counts = new int[probe.queries().steps()];
    int most = 1; // a query without keys has no row
    for (int query = 0; query < counts.length; query++) {
      boolean[][] visible = probe.visibleQueries();
      if (visible == null || visible[example][query]) {
        counts[query] = count(probe, example, query);
        most = Math.max(most, counts[query]);
      }
    }
    int wanted = most;
    return IntStream.range(0, counts.length).filter(query -> counts[query] == wanted).toArray();
  }

  private static int count(Probe probe, int example, int query) {
    AttentionSpec spec = probe.spec();
    KeyRange range = new KeyRange(spec.causal(), spec.slidingWindow(), spec.firstKeys());
    int position = query + probe.keys().steps() - probe.queries().steps();
    boolean[][] visible = probe.visibleKeys();
    int rank = 0;
    int count = 0;
    for (int key = 0; key < probe.keys().steps(); key++) {
      if (visible == null || visible[example][key]) {
        count += range.sees(position, key, rank) ? 1 : 0;
        rank++;
      }
    }
    return count;
  }

  private int[] draw(int[] candidates, Random random) {
    int count = Math.min(rows, candidates.length);
    for (int i = 0; i < count; i++) {
      int other = i + random.nextInt(candidates.length - i);
      int taken = candidates[other];
      candidates[other] = candidates[i];
      candidates[i] = taken;
    }
    return IntStream.of(candidates).limit(count).toArray();
  }
}
