package org.attention4j.bench;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.attention4j.bench.ComparisonResult.Kind;
import org.attention4j.bench.compare.History;
import org.attention4j.bench.compare.LayerPeer;

/**
 * Times a training step of one layer in a JVM that has computed other things before, in turns with
 * the same in a JVM that has not.
 */
final class HistoryComparison {
  /** The layer and its batch. */
  static final LayerPeer.Sizes SIZES = new LayerPeer.Sizes(8, 64, 512, 4);

  private final int threads;
  private final InterleavedTimer timer;
  private final InterleavedTimer.Budget budget;
  private final double warmUp;
  private final Consumer<ComparisonResult> results;

  /**
   * Prepares to compare.
   *
   * @param threads for each library
   * @param timer measures
   * @param budget for each normalizer
   * @param warmUp seconds for which each layer trains before anything is measured
   * @param results where the results go
   */
  HistoryComparison(
      int threads,
      InterleavedTimer timer,
      InterleavedTimer.Budget budget,
      double warmUp,
      Consumer<ComparisonResult> results) {
    this.threads = threads;
    this.timer = timer;
    this.budget = budget;
    this.warmUp = warmUp;
    this.results = results;
  }

  /** Compares the layer with one normalizer. */
  void run(String normalizer) throws IOException {
    try (RemoteJvm mixed = open(normalizer, History.MIXED);
        RemoteJvm clean = open(normalizer, History.CLEAN)) {
      List<Double> medians = timer.medians(budget, List.of(candidate(mixed), candidate(clean)));
      results.accept(
          new ComparisonResult(
              Kind.HISTORY, subject(normalizer), "clean", medians.get(0), medians.get(1)));
    }
  }

  private RemoteJvm open(String normalizer, History history) throws IOException {
    return new RemoteJvm(
        "layer",
        normalizer,
        HistoryServer.class,
        threads,
        ChildJvm.HEAP,
        ChildJvm.PASSIVE,
        List.of(normalizer, history.name()));
  }

  private InterleavedTimer.Candidate candidate(RemoteJvm jvm) {
    return new InterleavedTimer.Candidate(() -> jvm.ask(HistoryServer.FIT), warmUp);
  }

  private static String subject(String normalizer) {
    return "normalizer=%s mb=%d nIn=%d T=%d heads=%d pass=fit"
        .formatted(normalizer, SIZES.examples(), SIZES.features(), SIZES.steps(), SIZES.heads());
  }
}
