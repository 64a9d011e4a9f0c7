package org.attention4j.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.bench.InterleavedTimer.Candidate;
import org.attention4j.bench.compare.CoreCell;
import org.attention4j.bench.compare.CoreData;
import org.attention4j.bench.compare.OurAttention;
import org.attention4j.bench.compare.Pass;
import org.attention4j.bench.compare.ZeroShare;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;

/**
 * Times maps of several sparsities against softmax, forward and backward, all in turns. The number
 * of keys sets how sparse top-k is; the deviation of the scores sets it for entmax and sparsemax.
 * Zeros of these stand anywhere. In further curves they come in blocks: each query attends to some
 * topics, and all keys of others have no weight.
 */
final class SparsityRunner {
  /** Of the scores for softmax and top-k, whose speed does not depend on it. */
  private static final double DEVIATION = 3;

  private static final Setting SOFTMAX =
      new Setting("softmax", "", Normalizers.softmax(), DEVIATION, 0);

  /** The shares of topics that a query does not attend to. */
  private static final double[] ZERO_TOPICS = {0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};

  private static final int PERCENT = 100;

  /** Of the scores within a topic: so small that all keys of the topics have a weight. */
  private static final double TOPIC_DEVIATION = 0.3;

  private static final double ENTMAX_DEVIATION = 0.02;
  private static final double SPARSEMAX_DEVIATION = 1e-4;

  /** How far k is below the number of keys of the topics, which is not the same for all queries. */
  private static final int SPARE_KEYS = 8;

  /** Keys that compiled code is made warm with. */
  private static final int BRIEF = 512;

  private final CoreCell cell;
  private final InterleavedTimer timer;
  private final InterleavedTimer.Budget budget;
  private final double warmUp;

  /** One point of a curve before it is measured. */
  private record Setting(
      String map, String name, Normalizer normalizer, double deviation, double zeroTopics) {
    CoreData draw(CoreCell cell) {
      return zeroTopics > 0
          ? CoreData.drawTopics(cell, deviation, zeroTopics)
          : CoreData.draw(cell, deviation);
    }
  }

  /**
   * Prepares to measure.
   *
   * @param cell the sizes
   * @param timer measures
   * @param budget for all points together
   * @param warmUp seconds for each point before anything is measured
   */
  SparsityRunner(
      CoreCell cell, InterleavedTimer timer, InterleavedTimer.Budget budget, double warmUp) {
    this.cell = cell;
    this.timer = timer;
    this.budget = budget;
    this.warmUp = warmUp;
  }

  /** What is measured, from dense to sparse. */
  private List<Setting> settings() {
    List<Setting> settings = new ArrayList<>();
    for (double zeros :
        new double[] {0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.94, 0.97, 0.984375, 0.995}) {
      int k = (int) Math.max(1, Math.round((1 - zeros) * cell.length()));
      settings.add(new Setting("top-k", "k=" + k, Normalizers.topK(k), DEVIATION, 0));
    }
    for (double deviation : new double[] {0.02, 0.03, 0.05, 0.07, 0.1, 0.2, 0.5, 1, 3}) {
      settings.add(deviating("entmax:1.5", Normalizers.entmax15(), deviation));
    }
    for (double deviation : new double[] {3e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.02, 0.1, 1}) {
      settings.add(deviating("sparsemax", Normalizers.sparsemax(), deviation));
    }
    for (double zeros : ZERO_TOPICS) {
      int k = (int) Math.max(1, (1 - zeros) * cell.length() - SPARE_KEYS);
      settings.add(inBlocks("top-k", Normalizers.topK(k), TOPIC_DEVIATION, zeros));
    }
    for (double zeros : ZERO_TOPICS) {
      settings.add(inBlocks("entmax:1.5", Normalizers.entmax15(), ENTMAX_DEVIATION, zeros));
    }
    for (double zeros : ZERO_TOPICS) {
      settings.add(inBlocks("sparsemax", Normalizers.sparsemax(), SPARSEMAX_DEVIATION, zeros));
    }
    return settings;
  }

  private static Setting inBlocks(
      String map, Normalizer normalizer, double deviation, double zeros) {
    String name = String.format(Locale.ROOT, "topics=%.0f%%", PERCENT * (1 - zeros));
    return new Setting(map + "/blocks", name, normalizer, deviation, zeros);
  }

  private static Setting deviating(String map, Normalizer normalizer, double deviation) {
    return new Setting(
        map, String.format(Locale.ROOT, "deviation=%s", deviation), normalizer, deviation, 0);
  }

  /** The points, curve after curve. */
  List<SparsityPoint> run() {
    List<Setting> settings = settings();
    CoreCell brief = new CoreCell(cell.heads(), Math.min(BRIEF, cell.length()), cell.headSize());
    timer.warmUp(candidates(brief, settings));
    List<Double> medians = timer.medians(budget, candidates(cell, settings));
    List<SparsityPoint> points = new ArrayList<>();
    for (int i = 0; i < settings.size(); i++) {
      Setting setting = settings.get(i);
      double zeros = ZeroShare.of(setting.draw(cell), setting.normalizer());
      points.add(
          new SparsityPoint(
              setting.map(), setting.name(), zeros, medians.get(0), medians.get(i + 1)));
    }
    return points;
  }

  /** Softmax first. */
  private List<Candidate> candidates(CoreCell sizes, List<Setting> settings) {
    Map<List<Double>, CoreData> drawn = new HashMap<>();
    return Stream.concat(Stream.of(SOFTMAX), settings.stream())
        .map(
            setting -> {
              CoreData data =
                  drawn.computeIfAbsent(
                      List.of(setting.deviation(), setting.zeroTopics()),
                      key -> setting.draw(sizes));
              OurAttention attention =
                  new OurAttention(data, setting.normalizer(), Pass.FORWARD_BACKWARD);
              return new Candidate(attention::run, warmUp);
            })
        .toList();
  }
}
