package org.attention4j.examples.temperature;

import java.util.List;
import org.attention4j.examples.support.Numbers;

/**
 * The largest rates that train, of several seeds. One beyond the grid counts as below or above all
 * others, so that the median remains true as long as fewer than half of the seeds are beyond.
 *
 * @param ofSeeds one for each seed, at least one
 */
record LargestRates(List<LargestRate> ofSeeds) {
  /** Sorts a copy. */
  LargestRates {
    ofSeeds =
        ofSeeds.stream()
            .sorted((one, other) -> Double.compare(one.ordered(), other.ordered()))
            .toList();
  }

  /** The median, of an even number the geometric mean of the middle two; NaN if beyond the grid. */
  double median() {
    return lower().isBracketed() && upper().isBracketed()
        ? Math.sqrt(lower().trains() * upper().trains())
        : Double.NaN;
  }

  /** The smallest one, or the end of the grid that it is below; NaN if all are. */
  double min() {
    LargestRate lowest = ofSeeds.get(0);
    return Double.isNaN(last().trains())
        ? Double.NaN
        : Double.isNaN(lowest.trains()) ? lowest.fails() : lowest.trains();
  }

  /** The largest one, or the end of the grid that it is above; NaN if none is on the grid. */
  double max() {
    return last().trains();
  }

  /** The median for people; where it is beyond the grid, on which side. */
  String text() {
    double median = median();
    if (!Double.isNaN(median)) {
      return Numbers.significant(median, 2);
    }
    return Double.isNaN(lower().trains())
        ? "none"
        : "\u2265 " + Numbers.significant(lower().trains(), 2);
  }

  private LargestRate lower() {
    return ofSeeds.get((ofSeeds.size() - 1) / 2);
  }

  private LargestRate upper() {
    return ofSeeds.get(ofSeeds.size() / 2);
  }

  private LargestRate last() {
    return ofSeeds.get(ofSeeds.size() - 1);
  }
}
