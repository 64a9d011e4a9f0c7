package org.attention4j.monitor.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.attention4j.monitor.ui.Columns.Column;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Long series in few columns, against a plain algorithm on the whole series. */
final class ColumnsTest {
  private static final int HEADS = 3;

  /** Iterations are not evenly spaced. */
  private static int iteration(int snapshot) {
    return 5 * snapshot + snapshot % 3;
  }

  /** Random walks with gaps, faults and spikes; the last head joins late. */
  private static List<List<Double>> series(int snapshots) {
    Random random = new Random(snapshots);
    List<List<Double>> series = new ArrayList<>();
    double[] walk = new double[HEADS];
    for (int i = 0; i < snapshots; i++) {
      List<Double> values = new ArrayList<>();
      for (int head = 0; head < (i < snapshots / 3 ? HEADS - 1 : HEADS); head++) {
        walk[head] += random.nextGaussian();
        values.add(
            switch (random.nextInt(500)) {
              case 0 -> null;
              case 1 -> Double.NaN;
              case 2 -> Double.POSITIVE_INFINITY;
              case 3 -> Double.NEGATIVE_INFINITY;
              case 4 -> walk[head] * 1e9;
              // Equal values: the first of them counts.
              default -> Math.rint(4 * walk[head]) / 4;
            });
      }
      series.add(values);
    }
    return series;
  }

  private static Columns columns(List<List<Double>> series, int max) {
    Columns columns = new Columns(max);
    for (int i = 0; i < series.size(); i++) {
      columns.add(iteration(i), series.get(i));
    }
    return columns;
  }

  @ParameterizedTest
  @CsvSource({
    "400, 1",
    "400, 2",
    "400, 401",
    "400, 402",
    "400, 801",
    "400, 802",
    "400, 5003",
    "400, 50000",
    "64, 65",
    "64, 66",
    "64, 50000",
  })
  void columnsAreThoseOfAPlainAlgorithm(int max, int snapshots) {
    List<List<Double>> series = series(snapshots);
    List<Column> columns = columns(series, max).columns(true);
    int shared = 1;
    while ((long) shared * max < snapshots - 1) {
      shared *= 2;
    }
    int count = (snapshots - 1 + shared - 1) / shared + 1;
    assertThat(columns).hasSize(count).hasSizeLessThanOrEqualTo(max + 1);
    for (int c = 0; c < count; c++) {
      int from = c == count - 1 ? snapshots - 1 : c * shared;
      int to = c == count - 1 ? snapshots : Math.min(from + shared, snapshots - 1);
      Column column = columns.get(c);
      assertThat(column.first()).isEqualTo(iteration(from));
      assertThat(column.last()).isEqualTo(iteration(to - 1));
      assertThat(column.snapshots()).isEqualTo(to - from);
      int heads = series.get(to - 1).size();
      assertThat(column.values()).hasSize(heads);
      for (int head = 0; head < heads; head++) {
        check(column, head, series, from, to);
      }
    }
  }

  private static void check(Column column, int head, List<List<Double>> series, int from, int to) {
    double sum = 0;
    int measured = 0;
    Integer least = null;
    Integer greatest = null;
    for (int i = from; i < to; i++) {
      Double value = head < series.get(i).size() ? series.get(i).get(head) : null;
      if (value == null) {
        continue;
      }
      sum += value;
      measured++;
      if (Double.isFinite(value)) {
        least = least == null || value < series.get(least).get(head) ? (Integer) i : least;
        greatest =
            greatest == null || value > series.get(greatest).get(head) ? (Integer) i : greatest;
      }
    }
    Double mean = column.values().get(head);
    if (measured == 0) {
      assertThat(mean).isNull();
    } else if (!Double.isFinite(sum)) {
      assertThat(mean).isEqualTo(Double.valueOf(sum)); // NaN is NaN
    } else {
      // Six digits, of a mean in which the spikes of 1e9 cancel at most to some thousandths.
      assertThat(mean).isCloseTo(sum / measured, within(1e-5 * Math.abs(sum / measured) + 1e-3));
    }
    if (to - from == 1) {
      assertThat(column.min()).isNull();
      assertThat(column.maxAt()).isNull();
      return;
    }
    assertThat(column.min().get(head))
        .isEqualTo(least == null ? null : series.get(least).get(head));
    assertThat(column.minAt().get(head))
        .isEqualTo(least == null ? null : (Integer) iteration(least));
    assertThat(column.max().get(head))
        .isEqualTo(greatest == null ? null : series.get(greatest).get(head));
    assertThat(column.maxAt().get(head))
        .isEqualTo(greatest == null ? null : (Integer) iteration(greatest));
  }

  @Test
  void fewSnapshotsAreAColumnEach() {
    List<List<Double>> series =
        IntStream.rangeClosed(0, Columns.CHART).mapToObj(i -> List.of((double) i)).toList();
    List<Column> columns = columns(series, Columns.CHART).columns(true);
    assertThat(columns).hasSize(Columns.CHART + 1);
    for (int i = 0; i <= Columns.CHART; i++) {
      assertThat(columns.get(i))
          .isEqualTo(
              new Column(iteration(i), iteration(i), 1, series.get(i), null, null, null, null));
    }
    assertThat(new Columns(Columns.CHART).columns(true)).isEmpty();
  }

  /** The newest snapshot is never hidden in a column. */
  @Test
  void theNewestSnapshotHasAColumnOfItsOwn() {
    Columns columns = new Columns(Columns.SMALL_MULTIPLE);
    for (int i = 0; i < 5000; i++) {
      columns.add(i, List.of((double) i));
      List<Column> now = columns.columns(false);
      assertThat(now.get(now.size() - 1))
          .isEqualTo(new Column(i, i, 1, List.of((double) i), null, null, null, null));
      assertThat(now).hasSizeLessThanOrEqualTo(Columns.SMALL_MULTIPLE + 1);
    }
  }

  @Test
  void aMeanHasFewDigitsTheEndsAreExact() {
    List<List<Double>> series = new ArrayList<>(Collections.nCopies(402, List.of(0.0)));
    series.set(0, Arrays.asList(6.0, 1.0 / 3));
    series.set(1, Arrays.asList(5.5, null));
    assertThat(columns(series, Columns.CHART).columns(true).get(0))
        .isEqualTo(
            new Column(
                0,
                6,
                2,
                List.of(5.75, 0.333333),
                List.of(5.5, 1.0 / 3),
                List.of(6, 0),
                List.of(6.0, 1.0 / 3),
                List.of(0, 0)));
    assertThat(columns(series, Columns.CHART).columns(false).get(0))
        .isEqualTo(new Column(0, 6, 2, List.of(5.75, 0.333333), null, null, null, null));
  }
}
