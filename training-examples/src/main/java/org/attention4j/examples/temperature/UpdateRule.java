package org.attention4j.examples.temperature;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.attention4j.examples.support.BadArgument;
import org.attention4j.examples.support.Numbers;
import org.attention4j.examples.support.Sentences;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/** How gradients become steps, at a learning rate that stays the same. */
enum UpdateRule {
  /** The step is the gradient times the rate. */
  SGD("Plain SGD", 1, -2, 2),

  /** Nesterov's momentum of 0.9, the only one that ND4J has. */
  MOMENTUM("SGD with momentum 0.9", 0.1, -3, 1),

  /** Divides each gradient by its own usual size. */
  ADAM("Adam", 0.01, -4, 1);

  private static final double MOMENTUM_FACTOR = 0.9;

  /** For people. */
  final String title;

  /** The one rate at which all temperatures are compared. */
  final double usualRate;

  private final int lowest;
  private final int highest;

  UpdateRule(String title, double usualRate, int lowest, int highest) {
    this.title = title;
    this.usualRate = usualRate;
    this.lowest = lowest;
    this.highest = highest;
  }

  /** Where the largest rate is searched. */
  RateGrid grid() {
    return new RateGrid(lowest, highest);
  }

  /** What Deeplearning4j calls it, at a rate. */
  IUpdater at(double rate) {
    return switch (this) {
      case SGD -> new Sgd(rate);
      case MOMENTUM -> new Nesterovs(rate, MOMENTUM_FACTOR);
      case ADAM -> new Adam(rate);
    };
  }

  /** For people, with the rates that are tried. */
  String text() {
    return "%s, %s; usual rate %s".formatted(title, grid().text(), Numbers.plain(usualRate));
  }

  /** The name in options and files. */
  @JsonValue
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The rule of a name.
   *
   * @param label as in {@link #label}
   * @return the rule
   * @throws BadArgument if there is none
   */
  @JsonCreator
  static UpdateRule of(String label) {
    return Arrays.stream(values())
        .filter(rule -> rule.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new BadArgument(
                    "A value in --updaters is '%s' but must be one of %s."
                        .formatted(
                            Sentences.brief(label),
                            Arrays.stream(values())
                                .map(UpdateRule::label)
                                .collect(Collectors.joining(", ")))));
  }
}
