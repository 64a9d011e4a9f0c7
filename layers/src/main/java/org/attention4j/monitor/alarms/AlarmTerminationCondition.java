package org.attention4j.monitor.alarms;

import java.util.function.Consumer;
import org.deeplearning4j.earlystopping.termination.IterationTerminationCondition;

/**
 * Lets Deeplearning4j's early stopping end training at the first alarm. Early stopping keeps the
 * best model so far:
 *
 * <pre>{@code
 * AlarmTerminationCondition untilAlarm = new AlarmTerminationCondition();
 * AttentionMonitor monitor =
 *     AttentionMonitor.builder().alarms(AlarmRules.all()).onAlarm(untilAlarm).build();
 * EarlyStoppingConfiguration.Builder<MultiLayerNetwork> stopping = ...
 *     .iterationTerminationConditions(untilAlarm);
 * }</pre>
 */
public final class AlarmTerminationCondition
    implements IterationTerminationCondition, Consumer<Alarm> {
  private static final long serialVersionUID = 1L;

  private volatile boolean raised;

  /** Waits for an alarm. */
  public AlarmTerminationCondition() {}

  @Override
  public void accept(Alarm alarm) {
    raised = true;
  }

  @Override
  public void initialize() {
    raised = false;
  }

  @Override
  public boolean terminate(double lastMiniBatchScore) {
    return raised;
  }

  @Override
  public String toString() {
    return "AlarmTerminationCondition()";
  }
}
