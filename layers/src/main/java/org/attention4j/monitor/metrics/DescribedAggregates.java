package org.attention4j.monitor.metrics;

import java.util.List;

/** What is said of the numbers of all heads, those of an {@link AggregateRecord}. */
final class DescribedAggregates {
  static final List<MetricDescription> ALL =
      List.of(
          aggregate(
              MetricNames.ENTROPY_MIN, "Entropy, lowest", "nats", "the lowest `entropy` of a head"),
          aggregate(
              MetricNames.ENTROPY_MEAN,
              "Entropy, mean",
              "nats",
              "the mean of `entropy` over the heads"),
          aggregate(
              MetricNames.ENTROPY_MAX,
              "Entropy, highest",
              "nats",
              "the highest `entropy` of a head"),
          aggregate(
              MetricNames.NORMALIZED_ENTROPY_MIN,
              "Entropy / log n, lowest",
              "ratio",
              "the lowest `normalizedEntropy` of a head"),
          aggregate(
              MetricNames.NORMALIZED_ENTROPY_MEAN,
              "Entropy / log n, mean",
              "ratio",
              "the mean of `normalizedEntropy` over the heads"),
          aggregate(
              MetricNames.NORMALIZED_ENTROPY_MAX,
              "Entropy / log n, highest",
              "ratio",
              "the highest `normalizedEntropy` of a head"),
          aggregate(
              MetricNames.MAX_LOGIT,
              "Largest logit",
              MetricDescription.NO_UNIT,
              "the largest `maxLogit` of a head; exact"),
          aggregate(
              MetricNames.MAX_DOT_PRODUCT,
              "Largest logit without bias",
              MetricDescription.NO_UNIT,
              "the largest `maxDotProduct` of a head; exact"),
          aggregate(
              MetricNames.SINK_RATE,
              "Sink rate",
              "ratio",
              DescribedMetrics.number(
                  "the share of heads whose `sinkMass` is above %.1f", SpreadMetrics.SINK)),
          aggregate(
              MetricNames.DEAD_SHARE,
              "Dead heads",
              "ratio",
              DescribedMetrics.number(
                  "the share of heads whose `rowMass` is below %.2f, or the gradient of whose"
                      + " parameters is below %.4f times the largest in the layer",
                  HeadAggregates.NO_MASS, HeadAggregates.NO_GRADIENT)),
          aggregate(
              MetricNames.HEAD_CORRELATION,
              "Correlation of heads",
              MetricDescription.NO_UNIT,
              "the largest `headCorrelation` of a head"),
          aggregate(
              MetricNames.BLOCK_OUTPUT_RMS,
              "RMS of the block's output",
              MetricDescription.NO_UNIT,
              "‖y‖/√size of the layer's output y at a step, the mean over the steps of the sampled"
                  + " examples; of a network the highest of its layers"),
          aggregate(
              MetricNames.RANK_RESIDUAL,
              "Distance from rank one",
              "ratio",
              "how far the outputs of an example are from their mean ȳ, ‖Y − 1ȳᵀ‖/‖Y‖, the mean"
                  + " over the sampled examples; near 0: rank collapse; of a network the lowest of"
                  + " its layers"),
          aggregate(
              MetricNames.HEADS_IN_ALARM,
              "Heads in alarm",
              MetricDescription.NO_UNIT,
              "how many heads have a fault for which an alarm was raised; needs alarms, and"
                  + " training"));

  private DescribedAggregates() {}

  private static MetricDescription aggregate(
      String name, String label, String unit, String meaning) {
    return new MetricDescription(name, MetricDescription.AGGREGATE, label, unit, meaning, "", "");
  }
}
