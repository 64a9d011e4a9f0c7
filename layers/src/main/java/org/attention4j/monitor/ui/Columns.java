package org.attention4j.monitor.ui;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonInclude;

/**
 * A series of looks in a bounded number of columns: one column a look as long as there are few, and
 * columns of ever more looks, all of the same number, when there are many. Of several looks a
 * column keeps the least and the greatest value, so that no spike is lost, and the mean.
 */
final class Columns {
  /** So many columns are never exceeded; a chart is some 1000 pixels wide. */
  static final int MOST = 400;

  /** A mean is a summary: so many digits are enough. */
  private static final MathContext DIGITS = new MathContext(6);

  private final List<Bin> bins = new ArrayList<>();
  private int looksInBin = 1;

  /**
   * A column, as the page gets it.
   *
   * @param first the first look's iteration
   * @param last the last look's iteration
   * @param looks how many looks
   * @param values of each head the value or, of several looks, the mean, which is not finite if any
   *     value is not; null where nothing was measured
   * @param least of each head the least finite value; absent for one look
   * @param greatest of each head the greatest finite value; absent for one look
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Column(
      int first,
      int last,
      int looks,
      List<@Nullable Double> values,
      @Nullable List<@Nullable Double> least,
      @Nullable List<@Nullable Double> greatest) {}

  /** Adds a look. */
  void add(int iteration, List<@Nullable Double> values) {
    if (bins.isEmpty() || bins.get(bins.size() - 1).looks == looksInBin) {
      if (bins.size() == MOST) {
        halve();
      }
      bins.add(new Bin(iteration));
    }
    bins.get(bins.size() - 1).add(iteration, values);
  }

  private void halve() {
    for (int i = 0; i < MOST / 2; i++) {
      Bin joined = bins.get(2 * i);
      joined.add(bins.get(2 * i + 1));
      bins.set(i, joined);
    }
    bins.subList(MOST / 2, MOST).clear();
    looksInBin *= 2;
  }

  /** The columns so far, oldest first. */
  List<Column> columns() {
    return bins.stream().map(Bin::column).toList();
  }

  /** Some looks that follow one another. */
  private static final class Bin {
    private final int first;
    private int last;
    private int looks;
    private final List<HeadRange> heads = new ArrayList<>();

    Bin(int first) {
      this.first = first;
    }

    void add(int iteration, List<@Nullable Double> values) {
      last = iteration;
      looks++;
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
      looks += next.looks;
      for (int head = 0; head < next.heads.size(); head++) {
        HeadRange range = next.heads.get(head);
        head(head).add(range.mean, range.least, range.greatest, range.count);
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
      List<@Nullable Double> least = new ArrayList<>();
      List<@Nullable Double> greatest = new ArrayList<>();
      for (HeadRange head : heads) {
        values.add(head.count == 0 ? null : looks == 1 ? (Double) head.mean : rounded(head.mean));
        least.add(head.least <= head.greatest ? head.least : null);
        greatest.add(head.least <= head.greatest ? head.greatest : null);
      }
      return looks == 1
          ? new Column(first, last, looks, values, null, null)
          : new Column(first, last, looks, values, least, greatest);
    }

    private static double rounded(double mean) {
      return Double.isFinite(mean) ? new BigDecimal(mean).round(DIGITS).doubleValue() : mean;
    }
  }

  /** What one head showed. */
  private static final class HeadRange {
    private double mean;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;
    private int count;

    void add(double otherMean, double otherLeast, double otherGreatest, int otherCount) {
      if (otherCount == 0) {
        return;
      }
      count += otherCount;
      double share = (double) otherCount / count;
      mean = share == 1 ? otherMean : (1 - share) * mean + share * otherMean;
      // What is not finite shows in the mean alone.
      if (Double.isFinite(otherLeast)) {
        least = Math.min(least, otherLeast);
      }
      if (Double.isFinite(otherGreatest)) {
        greatest = Math.max(greatest, otherGreatest);
      }
    }
  }
}
