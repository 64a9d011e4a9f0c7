package org.attention4j.monitor.alarms;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A fault that a rule has found in one layer: one event, at one head or several.
 *
 * @param rule the rule's name, such as {@code entropy-collapse}
 * @param iteration the iteration on which it was raised
 * @param layer the layer's name
 * @param head the head to which value and cause belong, counted from 0: the first of {@code heads}
 * @param heads all heads with the fault, ascending
 * @param metric the metric that shows the fault
 * @param value the metric's value at {@code head}
 * @param cause what is wrong at {@code head}, in words, with the numbers
 * @param suggestion what to try
 */
public record Alarm(
    String rule,
    int iteration,
    String layer,
    int head,
    List<Integer> heads,
    String metric,
    double value,
    String cause,
    String suggestion)
    implements Serializable {

  /**
   * An alarm at several heads, which are sorted.
   *
   * @param rule the rule's name
   * @param iteration the iteration
   * @param layer the layer's name
   * @param head the head to which value and cause belong
   * @param heads all heads with the fault; null or empty for {@code head} alone
   * @param metric the metric
   * @param value its value
   * @param cause what is wrong
   * @param suggestion what to try
   */
  public Alarm(
      String rule,
      int iteration,
      String layer,
      int head,
      @Nullable List<Integer> heads,
      String metric,
      double value,
      String cause,
      String suggestion) {
    this.rule = rule;
    this.iteration = iteration;
    this.layer = layer;
    this.head = head;
    this.heads =
        heads == null || heads.isEmpty()
            ? List.of(head)
            : heads.stream().distinct().sorted().toList();
    this.metric = metric;
    this.value = value;
    this.cause = cause;
    this.suggestion = suggestion;
  }

  /**
   * An alarm at one head.
   *
   * @param rule the rule's name
   * @param iteration the iteration
   * @param layer the layer's name
   * @param head the head
   * @param metric the metric
   * @param value its value
   * @param cause what is wrong
   * @param suggestion what to try
   */
  public Alarm(
      String rule,
      int iteration,
      String layer,
      int head,
      String metric,
      double value,
      String cause,
      String suggestion) {
    this(rule, iteration, layer, head, List.of(head), metric, value, cause, suggestion);
  }

  /**
   * The whole alarm as one sentence.
   *
   * @return such as {@code head 2 of layer att1: the largest logit is 130; try …} or {@code heads
   *     0, 2 of layer att1: at head 0 the largest logit is 130; try …}
   */
  public String message() {
    return heads.size() == 1
        ? "head %d of layer %s: %s; %s".formatted(head, layer, cause, suggestion)
        : "heads %s of layer %s: at head %d %s; %s"
            .formatted(
                heads.stream().map(String::valueOf).collect(Collectors.joining(", ")),
                layer,
                head,
                cause,
                suggestion);
  }
}
