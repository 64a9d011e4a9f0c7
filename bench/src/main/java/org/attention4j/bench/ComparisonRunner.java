package org.attention4j.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.attention4j.bench.ComparisonResult.Kind;
import org.attention4j.bench.compare.Agreement;
import org.attention4j.bench.compare.ComposedSameDiff;
import org.attention4j.bench.compare.CoreCell;
import org.attention4j.bench.compare.CoreData;
import org.attention4j.bench.compare.LayerPeer;
import org.attention4j.bench.compare.OurAttention;
import org.attention4j.bench.compare.Pass;
import org.attention4j.bench.compare.Peer;
import org.attention4j.bench.compare.PyTorch;
import org.attention4j.bench.compare.Sgemm;
import org.attention4j.bench.compare.ZeroShare;
import org.attention4j.normalizer.Normalizer;
import org.attention4j.normalizer.Normalizers;

/** Carries out a plan and hands out each result as soon as it is there. */
final class ComparisonRunner {
  private static final int EXAMPLES = 8;
  private static final int FEATURES = 64;
  private static final int HEADS = 4;
  private static final double SPARSE_DEVIATION = 3;
  private static final double MILLIS_GIGAFLOPS = 1e6;

  /** The share that code needs which has been warm before, in another pass or at another size. */
  private static final double AGAIN_SHARE = 0.1;

  /** The same for a layer, of whose code more is new at another length. */
  private static final double LAYER_AGAIN_SHARE = 0.4;

  /** From this length on, the run that checks the results is warm-up enough for native code. */
  private static final int LONG = 4096;

  /** At these lengths code is compiled soon; a first run at the longest would take seconds. */
  private static final int BRIEF_ATTENTION = 512;

  private static final int BRIEF_LAYER = 128;

  private final BenchmarkPlan plan;
  private final boolean pytorch;
  private final InterleavedTimer timer;
  private final Consumer<ComparisonResult> results;

  /**
   * Prepares to carry out a plan.
   *
   * @param plan what to measure
   * @param pytorch whether PyTorch is there to compare with
   * @param timer measures
   * @param results where the results go
   */
  ComparisonRunner(
      BenchmarkPlan plan,
      boolean pytorch,
      InterleavedTimer timer,
      Consumer<ComparisonResult> results) {
    this.plan = plan;
    this.pytorch = pytorch;
    this.timer = timer;
    this.results = results;
  }

  /** The kernel against PyTorch, and its normalizers against each other. */
  void kernel() {
    CoreData brief = CoreData.draw(plan.cores().get(0), 1);
    timer.warmUp(List.of(candidate(brief, Normalizers.softmax(), plan.warmUp())));
    double peersWarmUp = plan.warmUp();
    for (CoreCell cell : plan.cores()) {
      CoreData data = CoreData.draw(cell, 1);
      double again = cell.length() < LONG ? AGAIN_SHARE * plan.warmUp() : 0;
      core(data, Pass.FORWARD_BACKWARD, Math.max(again, peersWarmUp));
      core(data, Pass.FORWARD, again);
      peersWarmUp = 0;
    }
    plan.sgemm().forEach(this::sgemm);
    plan.sparse().forEach(this::sparse);
  }

  /** A layer in a network against the stock one. */
  void layers() {
    LayerPeer brief = LayerPeer.ours(sizes(BRIEF_LAYER), true);
    timer.warmUp(List.of(new InterleavedTimer.Candidate(brief::run, plan.layerWarmUp())));
    for (int steps : plan.layerSteps()) {
      layer(steps, true);
      if (plan.layerOutput()) {
        layer(steps, false);
      }
    }
  }

  private void core(CoreData data, Pass pass, double peersWarmUp) {
    CoreCell cell = data.cell();
    Peer ours = new OurAttention(data, Normalizers.softmax(), pass);
    Map<String, Peer> peers = new LinkedHashMap<>();
    if (pytorch) {
      peers.put("pytorch", new PyTorch(data, pass));
    }
    if (cell.length() <= plan.maxComposedLength()) {
      peers.put("composed", new ComposedSameDiff(data, pass));
    }
    peers.values().forEach(peer -> Agreement.check(peer, ours));
    double warmUp = AGAIN_SHARE * plan.warmUp();
    compare(Kind.CASE, subject(cell, pass), ours, peers, warmUp, peersWarmUp);
    peers.values().forEach(Peer::close);
  }

  private static LayerPeer.Sizes sizes(int steps) {
    return new LayerPeer.Sizes(EXAMPLES, FEATURES, steps, HEADS);
  }

  private void layer(int steps, boolean fit) {
    LayerPeer.Sizes sizes = sizes(steps);
    LayerPeer stock = LayerPeer.stock(sizes, fit);
    LayerPeer ours = LayerPeer.ours(sizes, fit).withParametersOf(stock);
    Agreement.check(stock, ours);
    String subject =
        "mb=%d nIn=%d T=%d heads=%d pass=%s"
            .formatted(EXAMPLES, FEATURES, steps, HEADS, fit ? "fit" : "output");
    double warmUp = LAYER_AGAIN_SHARE * plan.layerWarmUp();
    compare(Kind.LAYER, subject, ours, Map.of("stock", stock), warmUp, AGAIN_SHARE * plan.warmUp());
  }

  private void compare(
      Kind kind,
      String subject,
      Peer ours,
      Map<String, Peer> peers,
      double warmUp,
      double peersWarmUp) {
    List<InterleavedTimer.Candidate> candidates = new ArrayList<>();
    candidates.add(new InterleavedTimer.Candidate(ours::run, warmUp));
    peers
        .values()
        .forEach(peer -> candidates.add(new InterleavedTimer.Candidate(peer::run, peersWarmUp)));
    List<Double> medians = timer.medians(plan.budget(), candidates);
    int candidate = 1;
    for (String peer : peers.keySet()) {
      results.accept(
          new ComparisonResult(kind, subject, peer, medians.get(0), medians.get(candidate++)));
    }
  }

  private void sparse(CoreCell cell) {
    Map<String, Normalizer> normalizers = new LinkedHashMap<>();
    normalizers.put("top-k:64", Normalizers.topK(64));
    normalizers.put("top-fraction:0.06", Normalizers.topFraction(0.06));
    normalizers.put("top-power:0.5", Normalizers.topPower(1, 0.5));
    normalizers.put("top-p:0.9", Normalizers.topP(0.9));
    normalizers.put("entmax:1.5", Normalizers.entmax15());
    CoreCell brief = new CoreCell(cell.heads(), BRIEF_ATTENTION, cell.headSize());
    timer.warmUp(candidates(brief, normalizers.values(), plan.warmUp() / normalizers.size()));
    List<Double> medians =
        timer.medians(
            plan.budget(), candidates(cell, normalizers.values(), AGAIN_SHARE * plan.warmUp()));
    CoreData data = CoreData.draw(cell, SPARSE_DEVIATION);
    int candidate = 1;
    for (Map.Entry<String, Normalizer> normalizer : normalizers.entrySet()) {
      String subject =
          "normalizer=%s zeros=%s L=%d d=%d heads=%d pass=%s"
              .formatted(
                  normalizer.getKey(),
                  SparsityPoint.percent(ZeroShare.of(data, normalizer.getValue())),
                  cell.length(),
                  cell.headSize(),
                  cell.heads(),
                  Pass.FORWARD_BACKWARD.label());
      results.accept(
          new ComparisonResult(
              Kind.SPARSE, subject, "softmax", medians.get(candidate++), medians.get(0)));
    }
  }

  /** Softmax and others on the same data. */
  private static List<InterleavedTimer.Candidate> candidates(
      CoreCell cell, Collection<Normalizer> others, double warmUp) {
    CoreData data = CoreData.draw(cell, SPARSE_DEVIATION);
    return Stream.concat(Stream.of(Normalizers.softmax()), others.stream())
        .map(normalizer -> candidate(data, normalizer, warmUp))
        .toList();
  }

  private static InterleavedTimer.Candidate candidate(
      CoreData data, Normalizer normalizer, double warmUp) {
    return new InterleavedTimer.Candidate(
        new OurAttention(data, normalizer, Pass.FORWARD_BACKWARD)::run, warmUp);
  }

  private void sgemm(CoreCell cell) {
    Peer ours = new OurAttention(CoreData.draw(cell, 1), Normalizers.softmax(), Pass.FORWARD);
    Sgemm product = new Sgemm();
    List<Double> medians =
        timer.medians(
            plan.budget(),
            List.of(
                new InterleavedTimer.Candidate(ours::run, AGAIN_SHARE * plan.warmUp()),
                new InterleavedTimer.Candidate(product::run, AGAIN_SHARE * plan.warmUp())));
    double rate = product.flops() / medians.get(1);
    String subject =
        String.format(
            Locale.ROOT,
            "%s ours_gflops=%.1f sgemm_gflops=%.1f",
            subject(cell, Pass.FORWARD),
            cell.forwardFlops() / medians.get(0) / MILLIS_GIGAFLOPS,
            rate / MILLIS_GIGAFLOPS);
    results.accept(
        new ComparisonResult(
            Kind.SGEMM, subject, "sgemm", medians.get(0), cell.forwardFlops() / rate));
  }

  private static String subject(CoreCell cell, Pass pass) {
    return "heads=%d L=%d d=%d pass=%s"
        .formatted(cell.heads(), cell.length(), cell.headSize(), pass.label());
  }
}
