package org.attention4j.monitor.alarms;

/**
 * Ends training because of an alarm. It is thrown after a complete iteration: the parameters are
 * updated and constrained, the iteration is counted, and all reporters have the alarm. So the
 * network can be saved, used and trained further. Listeners after the monitor do not see the end of
 * this iteration.
 */
public final class AttentionAlarmException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Alarm alarm;

  /**
   * Made by the monitor.
   *
   * @param alarm the first alarm of the iteration
   */
  public AttentionAlarmException(Alarm alarm) {
    super("Training is stopped by the alarm " + alarm.rule() + ": " + alarm.message());
    this.alarm = alarm;
  }

  /**
   * The alarm that ended training.
   *
   * @return the first alarm of the iteration
   */
  public Alarm alarm() {
    return alarm;
  }
}
