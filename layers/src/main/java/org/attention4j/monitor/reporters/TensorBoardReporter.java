package org.attention4j.monitor.reporters;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.monitor.alarms.Alarm;
import org.attention4j.monitor.metrics.AggregateRecord;
import org.attention4j.monitor.metrics.MetricNames;
import org.attention4j.monitor.metrics.MetricRecord;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.protobuf.ByteString;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.HistogramProto;
import org.tensorflow.framework.Summary;
import org.tensorflow.framework.SummaryMetadata;
import org.tensorflow.framework.TensorProto;
import org.tensorflow.framework.TensorShapeProto;

/** Writes event files of TensorBoard: scalars, histograms over heads, and alarms as text. */
final class TensorBoardReporter implements Reporter {
  private static final String ROOT = "attention/";
  private static final String NETWORK = "model";

  /** As many as TensorBoard's own histograms have. */
  private static final int BUCKETS = 30;

  private static final SummaryMetadata TEXT =
      SummaryMetadata.newBuilder()
          .setPluginData(SummaryMetadata.PluginData.newBuilder().setPluginName("text"))
          .build();

  private final Path folder;
  private final EventFile training;
  private final Map<String, EventFile> splits = new HashMap<>();
  private final TagNames splitNames = new TagNames();
  private final TagNames layerNames = new TagNames(NETWORK);
  private final TagNames metricNames = new TagNames();

  TensorBoardReporter(Path folder) {
    this.folder = folder;
    training = new EventFile(folder);
  }

  /** A folder within the run's folder is another run of that name. */
  private EventFile file(@Nullable String split) {
    return split == null
        ? training
        : splits.computeIfAbsent(split, name -> new EventFile(folder.resolve(splitNames.of(name))));
  }

  @Override
  public void report(List<MetricRecord> records) {
    MetricRecord first = records.get(0);
    Summary.Builder summary = Summary.newBuilder();
    for (MetricRecord head : records) {
      addScalars(summary, layer(head.layer()) + "head" + head.head() + "/", head.metrics());
    }
    double[] entropies =
        records.stream()
            .mapToDouble(head -> head.metrics().getOrDefault(MetricNames.ENTROPY, Double.NaN))
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    if (entropies.length > 0) {
      summary.addValue(
          Summary.Value.newBuilder()
              .setTag(layer(first.layer()) + MetricNames.ENTROPY)
              .setHisto(histogram(entropies)));
    }
    file(first.split()).append(first.iteration(), summary.build());
  }

  @Override
  public void reportAggregate(AggregateRecord aggregate) {
    String layer = aggregate.layer();
    Summary.Builder summary = Summary.newBuilder();
    addScalars(summary, layer == null ? ROOT + NETWORK + "/" : layer(layer), aggregate.metrics());
    file(aggregate.split()).append(aggregate.iteration(), summary.build());
  }

  /** Each rule has a tag, because TensorBoard shows one text for a tag and step. */
  @Override
  public void alarm(Alarm alarm) {
    TensorProto text =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_STRING)
            .setTensorShape(TensorShapeProto.getDefaultInstance())
            .addStringVal(ByteString.copyFromUtf8(alarm.rule() + ": " + alarm.message()))
            .build();
    Summary.Value value =
        Summary.Value.newBuilder()
            .setTag(layer(alarm.layer()) + "alarms/" + metricNames.of(alarm.rule()))
            .setMetadata(TEXT)
            .setTensor(text)
            .build();
    training.append(alarm.iteration(), Summary.newBuilder().addValue(value).build());
  }

  private String layer(String name) {
    return ROOT + layerNames.of(name) + "/";
  }

  private void addScalars(Summary.Builder summary, String prefix, Map<String, Double> metrics) {
    metrics.forEach(
        (metric, value) ->
            summary.addValue(
                Summary.Value.newBuilder()
                    .setTag(prefix + metricNames.of(metric))
                    .setSimpleValue(value.floatValue())));
  }

  /**
   * Buckets of equal width from the lowest to the highest value; one bucket if these are the same.
   *
   * @param sorted at least one, ascending, finite
   */
  private static HistogramProto histogram(double[] sorted) {
    double min = sorted[0];
    double max = sorted[sorted.length - 1];
    HistogramProto.Builder histogram =
        HistogramProto.newBuilder().setMin(min).setMax(max).setNum(sorted.length);
    double sum = 0;
    double squares = 0;
    for (double value : sorted) {
      sum += value;
      squares += value * value;
    }
    histogram.setSum(sum).setSumSquares(squares);
    int buckets = min == max ? 1 : BUCKETS;
    int next = 0;
    for (int bucket = 1; bucket <= buckets; bucket++) {
      double limit = bucket == buckets ? max : min + (max - min) * bucket / buckets;
      int begin = next;
      while (next < sorted.length && (bucket == buckets || sorted[next] < limit)) {
        next++;
      }
      histogram.addBucketLimit(limit).addBucket(next - begin);
    }
    return histogram.build();
  }

  @Override
  public void close() {
    training.close();
    splits.values().forEach(EventFile::close);
  }

  @Override
  public String toString() {
    return "TensorBoard to " + folder;
  }
}
