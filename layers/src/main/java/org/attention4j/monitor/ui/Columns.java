package org.attention4j.monitor.ui;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonInclude;

/**
 * A series of snapshots in a bounded number of columns. With few snapshots each has its own column.
 * With many, each column holds several, all columns the same number, a power of two. Such a column
 * keeps the least and the greatest value and where they were, so that no spike is lost, and the
 * mean. The newest snapshot always has a column of its own.
 */
final class Columns {
  /** How many columns a chart has that is some 1000 pixels wide. */
  static final int CHART = 400;

  /** How many columns a small multiple has: it is some 130 pixels wide. */
  static final int SMALL_MULTIPLE = 64;

  /** How many digits of a mean are sent. */
  private static final MathContext DIGITS = new MathContext(6);

  private final int max;
  private final List<Bin> bins = new ArrayList<>();
  private int snapshotsInBin = 1;
  private @Nullable Bin newest;

  /**
   * Starts a series.
   *
   * @param max how many columns there are at most, besides that of the newest snapshot; even
   */
  Columns(int max) {
    this.max = max;
  }

  /**
   * A column, as it is sent to the page.
   *
   * @param first the first snapshot's iteration
   * @param last the last snapshot's iteration
   * @param snapshots how many snapshots
   * @param values for each head the value; of several snapshots the mean, which is not finite if
   *     one of the values is not; null if nothing was measured
   * @param min for each head the smallest finite value; absent for one snapshot
   * @param minAt for each head the iteration on which it was measured first
   * @param max for each head the greatest finite value; absent for one snapshot
   * @param maxAt for each head the iteration on which it was measured first
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Column(
      int first,
      int last,
      int snapshots,
      List<@Nullable Double> values,
      @Nullable List<@Nullable Double> min,
      @Nullable List<@Nullable Integer> minAt,
      @Nullable List<@Nullable Double> max,
      @Nullable List<@Nullable Integer> maxAt) {}

  /** Adds a snapshot. */
  void add(int iteration, List<@Nullable Double> values) {
    if (newest != null) {
      store(newest);
    }
    newest = new Bin(iteration, values);
  }

  private void store(Bin snapshot) {
    if (!bins.isEmpty() && bins.get(bins.size() - 1).snapshots < snapshotsInBin) {
      bins.get(bins.size() - 1).add(snapshot);
      return;
    }
    if (bins.size() == max) {
      halve();
    }
    bins.add(snapshot);
  }

  private void halve() {
    for (int i = 0; i < max / 2; i++) {
      Bin joined = bins.get(2 * i);
      joined.add(bins.get(2 * i + 1));
      bins.set(i, joined);
    }
    bins.subList(max / 2, max).clear();
    snapshotsInBin *= 2;
  }

  /**
   * The columns so far, oldest first.
   *
   * @param ends whether columns of several snapshots have their least and greatest values
   */
  List<Column> columns(boolean ends) {
    List<Column> columns = new ArrayList<>();
    bins.forEach(bin -> columns.add(bin.column(ends)));
    if (newest != null) {
      columns.add(newest.column(ends));
    }
    return columns;
  }

  /** Consecutive snapshots. */
  private static final class Bin {
    private final int first;
    private int last;
    private int snapshots = 1;
    private final List<HeadRange> heads = new ArrayList<>();

    Bin(int iteration, List<@Nullable Double> values) {
      first = iteration;
      last = iteration;
      values.forEach(value -> heads.add(new HeadRange(iteration, value)));
    }

    void add(Bin next) {
      last = next.last;
      snapshots += next.snapshots;
      for (int head = 0; head < next.heads.size(); head++) {
        if (head == heads.size()) {
          heads.add(next.heads.get(head));
        } else {
          heads.get(head).add(next.heads.get(head));
        }
      }
    }

    Column column(boolean ends) {
      List<@Nullable Double> values = new ArrayList<>();
      for (HeadRange head : heads) {
        values.add(
            head.count == 0 ? null : snapshots == 1 ? (Double) head.mean : rounded(head.mean));
      }
      if (snapshots == 1 || !ends) {
        return new Column(first, last, snapshots, values, null, null, null, null);
      }
      List<@Nullable Double> min = new ArrayList<>();
      List<@Nullable Integer> minAt = new ArrayList<>();
      List<@Nullable Double> max = new ArrayList<>();
      List<@Nullable Integer> maxAt = new ArrayList<>();
      for (HeadRange head : heads) {
        boolean known = head.min <= head.max;
        min.add(known ? head.min : null);
        minAt.add(known ? head.minAt : null);
        max.add(known ? head.max : null);
        maxAt.add(known ? head.maxAt : null);
      }
      return new Column(first, last, snapshots, values, min, minAt, max, maxAt);
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
    private int minAt;
    private int maxAt;
    private int count;

    HeadRange(int iteration, @Nullable Double value) {
      if (value == null) {
        return;
      }
      count = 1;
      mean = value;
      // NaN and infinity are seen in the mean only.
      if (Double.isFinite(value)) {
        min = value;
        max = value;
        minAt = iteration;
        maxAt = iteration;
      }
    }

    void add(HeadRange next) {
      if (next.count == 0) {
        return;
      }
      count += next.count;
      double share = (double) next.count / count;
      mean = share == 1 ? next.mean : (1 - share) * mean + share * next.mean;
      if (next.min < min) {
        min = next.min;
        minAt = next.minAt;
      }
      if (next.max > max) {
        max = next.max;
        maxAt = next.maxAt;
      }
    }
  }
}
