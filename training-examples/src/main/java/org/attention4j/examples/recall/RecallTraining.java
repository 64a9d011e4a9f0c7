package org.attention4j.examples.recall;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.attention4j.dl4j.Intermediates;
import org.attention4j.examples.retrieval.RecallExam;
import org.attention4j.examples.retrieval.RecallLesson;
import org.attention4j.examples.retrieval.RecallModel;
import org.attention4j.examples.retrieval.RecallTask;
import org.attention4j.examples.retrieval.RetrievalModel;
import org.attention4j.examples.support.CommandFailure;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.training.Jobs;
import org.attention4j.layers.AttentionVertex;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.MonitorBuilder;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.reporters.Reporter;
import org.attention4j.normalizer.NormalizerContext;
import org.attention4j.theory.Distance;
import org.attention4j.theory.Separability;
import org.attention4j.theory.TopN;
import org.attention4j.theory.WeightRow;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Trains one model at one length and asks it at others. */
final class RecallTraining {
  /** Steps from one snapshot of the monitor to the next. */
  static final int LOOK_INTERVAL = 5;

  /** Distances cost N times L steps, and vary little. */
  private static final int MEASURED_QUESTIONS = 48;

  private final RecallSettings settings;
  private final RecallTask task;
  private final NamedAttention attention;
  private final long seed;

  RecallTraining(RecallSettings settings, RecallTask task, NamedAttention attention, long seed) {
    this.settings = settings;
    this.task = task;
    this.attention = attention;
    this.seed = seed;
  }

  /**
   * Trains and tests.
   *
   * @param live who is told what the monitor sees; without anybody there is no monitor, since all
   *     that the study reports is measured afterwards
   * @param progress hears of each step
   * @return what came of it
   * @throws CommandFailure if the loss stops being a number
   */
  RecallRun run(List<Reporter> live, Jobs.Progress progress) {
    ComputationGraph model =
        train(
            live,
            (step, loss) -> {
              if (!Double.isFinite(loss)) {
                throw new CommandFailure(
                    "Training of %s with %s broke down: its loss at step %d is %s."
                        .formatted(task.label(), attention.label(), step, loss));
              }
              progress.step(
                  "%s %s loss %s"
                      .formatted(task.label(), attention.label(), Numbers.fixed(loss, 3)));
              return true;
            });
    List<RecallRun.AtLength> lengths = new ArrayList<>();
    for (int length : settings.lengths()) {
      lengths.add(test(model, length));
    }
    return new RecallRun(task, attention, seed, List.copyOf(lengths));
  }

  private ComputationGraph train(List<Reporter> live, RecallLesson.StepListener listener) {
    RecallLesson lesson =
        new RecallLesson(task, settings.length(), settings.steps(), settings.batch());
    if (live.isEmpty()) {
      return lesson.train(attention, seed, listener);
    }
    MonitorBuilder builder = AttentionMonitor.builder();
    live.forEach(builder::reportTo);
    try (AttentionMonitor monitor =
        builder.every(LOOK_INTERVAL).seed(seed).alarms(AlarmRules.all()).build()) {
      return lesson.train(attention, seed, listener, monitor);
    }
  }

  private RecallRun.AtLength test(ComputationGraph model, int length) {
    List<HeadSums> heads = new ArrayList<>();
    for (int head = 0; head < RecallModel.HEADS; head++) {
      heads.add(new HeadSums(head));
    }
    int right =
        new RecallExam(task, length, settings.questions(), seed)
            .parts()
            .mapToInt(
                questions -> {
                  INDArray[] features = questions.getFeatures();
                  int count =
                      RecallExam.right(model.outputSingle(features), questions.getLabels(0));
                  measure(model, features, length, heads);
                  return count;
                })
            .sum();
    return new RecallRun.AtLength(
        length,
        (double) right / settings.questions(),
        heads.stream().map(HeadSums::means).toList());
  }

  private static void measure(
      ComputationGraph model, INDArray[] features, int length, List<HeadSums> heads) {
    Map<String, INDArray> published =
        Intermediates.of(
            model.getVertex(RetrievalModel.ATTENTION),
            features,
            new INDArray[] {null, null},
            AttentionVertex.SCORES,
            AttentionVertex.WEIGHTS);
    double[] scores = doubles(published.get(AttentionVertex.SCORES));
    double[] weights = doubles(published.get(AttentionVertex.WEIGHTS));
    int questions = (int) features[1].size(0);
    for (int question = 0; question < questions; question++) {
      double[][] items =
          heads.get(0).isMeasured()
              ? Separability.onSphere(features[1].slice(question).transpose().toDoubleMatrix())
              : new double[0][];
      for (int head = 0; head < heads.size(); head++) {
        int start = (question * heads.size() + head) * length;
        heads.get(head).add(part(weights, start, length), part(scores, start, length), items);
      }
    }
  }

  private static double[] doubles(@Nullable INDArray array) {
    return Objects.requireNonNull(array).castTo(DataType.DOUBLE).dup('c').data().asDouble();
  }

  private static double[] part(double[] values, int start, int length) {
    return Arrays.copyOfRange(values, start, start + length);
  }

  /** What is known of one head so far. */
  private static final class HeadSums {
    private final int head;
    private int rows;
    private int measured;
    private double entropy;
    private double largest;
    private double separable;
    private double distance;
    private RecallRun.Extremes extremes = RecallRun.Extremes.NONE;

    HeadSums(int head) {
      this.head = head;
    }

    /** Whether distances of the next row are wanted. */
    boolean isMeasured() {
      return measured < MEASURED_QUESTIONS;
    }

    void add(double[] weights, double[] scores, double[][] items) {
      rows++;
      entropy += WeightRow.normalizedEntropy(weights);
      largest += WeightRow.largest(weights);
      extremes = extremes.with(visible(weights, scores), visible(scores, scores));
      if (isMeasured()) {
        measured++;
        TopN top = TopN.of(weights, RecallSettings.CHOSEN);
        separable += Separability.of(weights, items, top).ratio();
        distance += Distance.of(weights, items, top).value();
      }
    }

    /** Those of the keys that the query sees. */
    private static double[] visible(double[] values, double[] scores) {
      return IntStream.range(0, values.length)
          .filter(key -> scores[key] > NormalizerContext.MASKED_SCORE / 2)
          .mapToDouble(key -> values[key])
          .toArray();
    }

    RecallRun.Head means() {
      return new RecallRun.Head(
          head,
          entropy / rows,
          largest / rows,
          separable / measured,
          distance / measured,
          extremes);
    }
  }
}
