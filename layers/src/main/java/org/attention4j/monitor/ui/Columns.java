package org.attention4j.monitor.ui;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonInclude;

/**
 * A series of snapshots in a bounded number of columns. With few snapshots each has its own column.
 * With many, each column holds several, all columns the same number. Such a column keeps the least
 * and the greatest value, so that no spike is lost, and the mean.
 */
final class Columns {
  /** There are never more columns; a chart is some 1000 pixels wide. */
  static final int MAX_COLUMNS = 400;

  /** How many digits of a mean are sent. */
  private static final MathContext DIGITS = new MathContext(6);

  private final List<Bin> bins = new ArrayList<>();
  private int snapshotsInBin = 1;

  /**
   * A column, as it is sent to the page.
   *
   * @param first the first snapshot's iteration
   * @param last the last snapshot's iteration
   * @param snapshots how many snapshots
   * @param values for each head the value; of several snapshots the mean, which is not finite if
   *     one of the values is not; null if nothing was measured
   * @param min for each head the smallest finite value; absent for one snapshot
   * @param max for each head the greatest finite value; absent for one snapshot
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Column(
      int first,
      int last,
      int snapshots,
      List<@Nullable Double> values,
      @Nullable List<@Nullable Double> min,
      @Nullable List<@Nullable Double> max) {}

  /** Adds a snapshot. */
  void add(int iteration, List<@Nullable Double> values) {
    if (bins.isEmpty() || bins.get(bins.size() - 1).snapshots == snapshotsInBin) {
      if (bins.size() == MAX_COLUMNS) {
        halve();
      }
      bins.add(new Bin(iteration));
    }
    bins.get(bins.size() - 1).add(iteration, values);
  }

  private void halve() {
    for (int i = 0; i < MAX_COLUMNS / 2; i++) {
      Bin joined = bins.get(2 * i);
      joined.add(bins.get(2 * i + 1));
      bins.set(i, joined);
    }
    bins.subList(MAX_COLUMNS / 2, MAX_COLUMNS).clear();
    snapshotsInBin *= 2;
  }

  /** The columns so far, oldest first. */
  List<Column> columns() {
    return bins.stream().map(Bin::column).toList();
  }

  /** Consecutive snapshots. */
  private static final class Bin {
    private final int first;
    private int last;
    private int snapshots;
    private final List<HeadRange> heads = new ArrayList<>();

    Bin(int first) {
      this.first = first;
    }

    void add(int iteration, List<@Nullable Double> values) {
      last = iteration;
      snapshots++;
      for (int head = 0; head < values.size(); head++) {
        Double value = values.get(head);
        if (value != null) {
          head(head).add(value, value, value, 1);
        } else {
          head(head);
        }
      }
    }

    void add(Bin next) {
      last = next.last;
      snapshots += next.snapshots;
      for (int head = 0; head < next.heads.size(); head++) {
        HeadRange range = next.heads.get(head);
        head(head).add(range.mean, range.min, range.max, range.count);
      }
    }

    private HeadRange head(int head) {
      while (heads.size() <= head) {
        heads.add(new HeadRange());
      }
      return heads.get(head);
    }

    Column column() {
      List<@Nullable Double> values = new ArrayList<>();
      List<@Nullable Double> min = new ArrayList<>();
      List<@Nullable Double> max = new ArrayList<>();
      for (HeadRange head : heads) {
        values.add(
            head.count == 0 ? null : snapshots == 1 ? (Double) head.mean : rounded(head.mean));
        min.add(head.min <= head.max ? head.min : null);
        max.add(head.min <= head.max ? head.max : null);
      }
      return snapshots == 1
          ? new Column(first, last, snapshots, values, null, null)
          : new Column(first, last, snapshots, values, min, max);
    }

    private static double rounded(double mean) {
      return Double.isFinite(mean) ? new BigDecimal(mean).round(DIGITS).doubleValue() : mean;
    }
  }

  /** The values of one head. */
  private static final class HeadRange {
    private double mean;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;
    private int count;

    void add(double otherMean, double otherMin, double otherMax, int otherCount) {
      if (otherCount == 0) {
        return;
      }
      count += otherCount;
      double share = (double) otherCount / count;
      mean = share == 1 ? otherMean : (1 - share) * mean + share * otherMean;
      // NaN and infinity are seen in the mean only.
      if (Double.isFinite(otherMin)) {
        min = Math.min(min, otherMin);
      }
      if (Double.isFinite(otherMax)) {
        max = Math.max(max, otherMax);
      }
    }
  }
}
