package org.attention4j.examples.paper;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.attention4j.examples.training.Jobs;
import org.attention4j.examples.training.RunStore;
import org.attention4j.examples.training.Unfinished;
import org.attention4j.limits.AttentionSample;
import org.attention4j.limits.HeadAtN;
import org.attention4j.limits.RestrictedNetwork;
import org.attention4j.limits.SampledHead;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Measures a network part by part, several at a time. */
final class PaperStudy {
  /** A window of twice the length takes about twice as many of these. */
  private static final int STEPS_OF_KEYS = 8;

  private final Subject subject;
  private final PaperSettings settings;

  /** The outputs of the network as it is, by window and length. */
  private final Map<List<Integer>, INDArray> outputs = new ConcurrentHashMap<>();

  private PaperStudy(Subject subject, PaperSettings settings) {
    this.subject = subject;
    this.settings = settings;
  }

  /** How many parts there are. */
  static int parts(PaperSettings settings) {
    return settings.lengths().length * settings.windows()
        + 2 * settings.fittingRestrictions().length
        + 1;
  }

  /**
   * Measures, or takes what was kept.
   *
   * @param subject what is measured
   * @param settings how
   * @param store where each part is kept
   * @param resume whether parts that were kept are taken as they are
   * @param parallel how many parts to work on at a time
   * @param unfinished is told of each part that is finished
   * @param messages where the progress is shown
   * @return the parts
   */
  static List<PaperPart> run(
      Subject subject,
      PaperSettings settings,
      RunStore<PaperPart> store,
      boolean resume,
      int parallel,
      Unfinished<PaperPart> unfinished,
      PrintWriter messages) {
    PaperStudy study = new PaperStudy(subject, settings);
    List<Jobs.Job<PaperPart>> jobs = new ArrayList<>();
    // The longest first, so that no long part is alone at the end.
    for (int i = settings.lengths().length - 1; i >= 0; i--) {
      for (int window = 0; window < settings.windows(); window++) {
        jobs.add(study.windowJob(store, settings.lengths()[i], window));
      }
    }
    jobs.add(study.restrictionJob(store, 0, false));
    for (int count : settings.fittingRestrictions()) {
      jobs.add(study.restrictionJob(store, count, false));
      jobs.add(study.restrictionJob(store, count, true));
    }
    return Jobs.run("paper", jobs, resume, parallel, unfinished, messages);
  }

  private Jobs.Job<PaperPart> windowJob(RunStore<PaperPart> store, int length, int window) {
    boolean steep = length == settings.longest();
    return store.job(
        "rows L%d window%d".formatted(length, window),
        "%s %s %d %s"
            .formatted(subject.fingerprint(), settings.rowsKey(), subject.longest(), steep),
        Math.max(1, length / STEPS_OF_KEYS),
        progress -> new PaperPart(ofWindow(length, window, steep, progress), null));
  }

  private PaperPart.OfWindow ofWindow(
      int length, int window, boolean steep, Jobs.Progress progress) {
    int steps = Math.max(1, length / STEPS_OF_KEYS);
    List<SampledHead> sampled = sample(length, window);
    List<HeadAtN> heads = new ArrayList<>();
    List<PaperPart.Steepness> sensitivities = new ArrayList<>();
    int leftOut = 0;
    int done = 0;
    for (int i = 0; i < sampled.size(); i++) {
      SampledHead head = sampled.get(i);
      if (head.rows().isEmpty() || head.rows().get(0).length() < length) {
        leftOut++;
      } else {
        heads.addAll(
            HeadAtN.of(
                head, settings.counts(length), settings.draws(), 31 * settings.seed() + window));
        if (steep) {
          addSensitivities(head, window, sensitivities);
        }
      }
      for (; done < (long) (i + 1) * steps / sampled.size() - 1; done++) {
        progress.step("L = %d, %s".formatted(length, head.layer()));
      }
    }
    return new PaperPart.OfWindow(length, leftOut, heads, sensitivities);
  }

  private List<SampledHead> sample(int length, int window) {
    synchronized (subject.network()) {
      return AttentionSample.of(subject.network())
          .geometry(settings.geometry())
          .rows(settings.rows())
          .seed(31 * settings.seed() + window)
          .take(subject.window(window, length).features());
    }
  }

  private void addSensitivities(
      SampledHead head, int window, List<PaperPart.Steepness> sensitivities) {
    for (double epsilon : PaperSettings.EPSILONS) {
      for (double temperature : PaperSettings.TEMPERATURES) {
        sensitivities.add(
            new PaperPart.Steepness(
                head.layer(),
                head.head(),
                head.rows().size(),
                temperature,
                epsilon,
                head.sensitivity(temperature, epsilon, 31 * settings.seed() + window)));
      }
    }
  }

  private Jobs.Job<PaperPart> restrictionJob(
      RunStore<PaperPart> store, int count, boolean renormalised) {
    return store.job(
        "restriction N%d %s".formatted(count, renormalised ? "renormalised" : "kept"),
        "%s %s %d".formatted(subject.fingerprint(), settings.restrictionKey(), subject.longest()),
        settings.lengths().length,
        progress -> new PaperPart(null, ofRestriction(count, renormalised, progress)));
  }

  private PaperPart.OfRestriction ofRestriction(
      int count, boolean renormalised, Jobs.Progress progress) {
    Model network = subject.network();
    if (count > 0) {
      synchronized (subject.network()) {
        network = RestrictedNetwork.of(subject.network(), count, renormalised);
      }
    }
    boolean hasLoss = subject.hasLoss();
    double[] numbers = new double[settings.lengths().length];
    for (int i = 0; i < numbers.length; i++) {
      int length = settings.lengths()[i];
      for (int window = 0; window < settings.judgedWindows(); window++) {
        numbers[i] +=
            hasLoss ? loss(network, window, length) : change(network, count, window, length);
      }
      numbers[i] /= settings.judgedWindows();
      if (i + 1 < numbers.length) {
        progress.step("N = %d at L = %d".formatted(count, length));
      }
    }
    double[] none = {};
    return new PaperPart.OfRestriction(
        count, renormalised, hasLoss ? numbers : none, hasLoss ? none : numbers);
  }

  private double loss(Model network, int window, int length) {
    synchronized (network) {
      return Subject.loss(network, subject.window(window, length));
    }
  }

  private double change(Model network, int count, int window, int length) {
    if (count == 0) {
      return 0;
    }
    INDArray whole =
        outputs.computeIfAbsent(
            List.of(window, length),
            key -> {
              synchronized (subject.network()) {
                return Subject.output(subject.network(), subject.window(window, length)).detach();
              }
            });
    INDArray restricted = Subject.output(network, subject.window(window, length));
    return restricted.sub(whole).norm2Number().doubleValue() / whole.norm2Number().doubleValue();
  }

  static List<PaperPart.OfWindow> windows(List<PaperPart> parts) {
    return parts.stream().map(PaperPart::window).filter(Objects::nonNull).toList();
  }

  static List<PaperPart.OfRestriction> restrictions(List<PaperPart> parts) {
    return parts.stream().map(PaperPart::restriction).filter(Objects::nonNull).toList();
  }
}
