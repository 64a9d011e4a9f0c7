package org.attention4j.monitor;

/**
 * Ends training because of an alarm. Thrown after an iteration is complete: the parameters are
 * those after its update and constraints, the iteration is counted, and all reporters have been
 * told, so that the network can be saved, used and trained further. Listeners behind the monitor do
 * not see the end of this iteration.
 */
public final class AttentionAlarmException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Alarm alarm;

  AttentionAlarmException(Alarm alarm) {
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
