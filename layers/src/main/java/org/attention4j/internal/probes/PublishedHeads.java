package org.attention4j.internal.probes;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.attention4j.internal.attention.LargestScores;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The heads of a layer or vertex of this library, as it publishes them.
 *
 * @param names what is wanted, in this order
 * @param computed computes them for some examples
 * @param keptOnes what the last forward pass has kept of them
 * @param backward what meets their scores again
 */
record PublishedHeads(
    List<String> names,
    Computation computed,
    Supplier<Map<String, float[]>> keptOnes,
    ScoresSource backward)
    implements MonitoredLayer.Projection {

  /** Computes published results. */
  interface Computation {
    /** Of some examples, by name. */
    Map<String, INDArray> of(INDArray[] inputs, @Nullable INDArray keyMask);
  }

  /** A backward pass that is to come. */
  interface ScoresSource {
    /** As {@link org.attention4j.dl4j.Observation#ofScores} of one layer. */
    boolean ask(float @Nullable [] queryMask, BiConsumer<float[], float[]> observer);

    /** None that meets the scores of all queries together. */
    static ScoresSource none() {
      return (queryMask, observer) -> false;
    }
  }

  @Override
  public INDArray[] heads(INDArray[] inputs, @Nullable INDArray keyMask) {
    Map<String, INDArray> published = computed.of(inputs, keyMask);
    return names.stream()
        .map(name -> Objects.requireNonNull(published.get(name)))
        .toArray(INDArray[]::new);
  }

  @Override
  public boolean observeScores(float @Nullable [] queryMask, Consumer<LargestScores> observer) {
    return backward.ask(
        queryMask, (scores, products) -> observer.accept(new LargestScores(scores, products)));
  }

  @Override
  public List<float[]> kept() {
    Map<String, float[]> kept = keptOnes.get();
    return kept.size() < names.size()
        ? List.of()
        : names.stream().map(name -> Objects.requireNonNull(kept.get(name))).toList();
  }
}
