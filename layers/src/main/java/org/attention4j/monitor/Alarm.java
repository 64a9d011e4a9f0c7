package org.attention4j.monitor;

import java.io.Serializable;

/**
 * A fault that a rule has found at one head.
 *
 * @param rule the rule's name, such as {@code entropy-collapse}
 * @param iteration the iteration on which it was raised
 * @param layer the layer's name
 * @param head counted from 0
 * @param metric the metric that gave it away
 * @param value the metric's value
 * @param cause what is wrong, in words, with the numbers
 * @param suggestion what to try
 */
public record Alarm(
    String rule,
    int iteration,
    String layer,
    int head,
    String metric,
    double value,
    String cause,
    String suggestion)
    implements Serializable {

  /**
   * The whole alarm as a sentence or two.
   *
   * @return such as {@code head 2 of layer att1: the largest logit is 130 …; try …}
   */
  public String message() {
    return "head %d of layer %s: %s; %s".formatted(head, layer, cause, suggestion);
  }
}
