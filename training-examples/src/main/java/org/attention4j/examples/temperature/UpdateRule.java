package org.attention4j.examples.temperature;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleFunction;
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
  SGD("Plain SGD", 1, new RateGrid(-2, 2), Sgd::new),

  /** Nesterov's momentum of 0.9, the only one that ND4J has. */
  MOMENTUM("SGD with momentum 0.9", 0.1, new RateGrid(-3, 1), rate -> new Nesterovs(rate, 0.9)),

  /** Divides each gradient by its own usual size. */
  ADAM("Adam", 0.01, new RateGrid(-4, 1), Adam::new);

  /** For people. */
  final String title;

  /** The one rate at which all temperatures are compared. */
  final double usualRate;

  /** Where the largest rate is searched. */
  final RateGrid grid;

  private final DoubleFunction<IUpdater> updater;

  UpdateRule(String title, double usualRate, RateGrid grid, DoubleFunction<IUpdater> updater) {
    this.title = title;
    this.usualRate = usualRate;
    this.grid = grid;
    this.updater = updater;
  }

  /** What Deeplearning4j calls it, at a rate. */
  IUpdater at(double rate) {
    return updater.apply(rate);
  }

  /** For people, with the rates that are tried. */
  String text() {
    return "%s, %s; usual rate %s".formatted(title, grid.text(), Numbers.plain(usualRate));
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
