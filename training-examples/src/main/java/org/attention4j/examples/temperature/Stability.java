package org.attention4j.examples.temperature;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * At which learning rates one normalizer trains at one temperature, with one seed.
 *
 * @param rule what makes steps of gradients
 * @param normalizer the normalizer
 * @param temperature T
 * @param seed the seed
 * @param firstScores the standard deviation of the scores before training, before they are divided
 *     by T
 * @param search the trainings of the search for the largest rate, in its order
 * @param largest what the search found
 * @param usual the trainings at the usual rate, one for each start
 */
record Stability(
    UpdateRule rule,
    TemperatureScaledNormalizer normalizer,
    double temperature,
    long seed,
    double firstScores,
    List<Attempt> search,
    LargestRate largest,
    List<Attempt> usual)
    implements Trained {
  /** Fails for a file that lacks something. */
  Stability {
    Objects.requireNonNull(rule, "rule");
    Objects.requireNonNull(normalizer, "normalizer");
    Objects.requireNonNull(largest, "largest");
    search = List.copyOf(search);
    usual = List.copyOf(usual);
  }

  /**
   * One training.
   *
   * @param start which of the seed's first weights, from 0
   * @param rate the learning rate
   * @param steps how many batches it saw before it ended or diverged
   * @param held the loss after training, in nats; NaN if it diverged
   * @param outcome how it went
   */
  record Attempt(int start, double rate, int steps, double held, Outcome outcome) {
    /** Fails for a file that lacks something. */
    Attempt {
      Objects.requireNonNull(outcome, "outcome");
    }

    /** Whether the model learned. */
    boolean isTrained() {
      return outcome == Outcome.TRAINS;
    }
  }

  /** All trainings, each once. */
  Stream<Attempt> attempts() {
    return Stream.concat(search.stream(), usual.stream()).distinct();
  }
}
