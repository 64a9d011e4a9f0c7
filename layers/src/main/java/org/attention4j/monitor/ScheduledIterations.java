package org.attention4j.monitor;

import java.lang.ref.WeakReference;
import org.attention4j.internal.monitor.FaultIsolator;
import org.jspecify.annotations.Nullable;

/**
 * Decides which iterations of a network, and of copies of it that train on other threads, are
 * measured: those of the schedule, each on the copy that reaches it first.
 */
final class ScheduledIterations {
  private final Schedule schedule;
  private final FaultIsolator isolator;
  private final ThreadLocal<Progress> progress = ThreadLocal.withInitial(Progress::new);
  private int lastIteration = -1;
  private WeakReference<@Nullable Object> lastModel = new WeakReference<>(null);
  private WeakReference<@Nullable Thread> lastThread = new WeakReference<>(null);

  /** The epoch of the network that trains on this thread. */
  private static final class Progress {
    private WeakReference<@Nullable Object> model = new WeakReference<>(null);
    private int epoch = -1;
  }

  ScheduledIterations(Schedule schedule) {
    this.schedule = schedule;
    isolator = FaultIsolator.of("Schedule", schedule);
  }

  /** Whether to measure; called once on each iteration. */
  boolean isDue(Object model, int iteration, int epoch) {
    Progress here = progress.get();
    boolean firstOfEpoch = here.model.get() != model || here.epoch != epoch;
    if (here.model.get() != model) {
      here.model = new WeakReference<>(model);
    }
    here.epoch = epoch;
    boolean[] due = new boolean[1];
    isolator.run(() -> due[0] = schedule.isDue(iteration, epoch, firstOfEpoch));
    return due[0] && claim(model, iteration);
  }

  /** Whether this network is the first of its copies, each on its thread, at the iteration. */
  private synchronized boolean claim(Object model, int iteration) {
    Thread thread = Thread.currentThread();
    boolean behind =
        iteration <= lastIteration && lastModel.get() != model && lastThread.get() != thread;
    if (behind) {
      return false;
    }
    lastIteration = iteration;
    lastModel = new WeakReference<>(model);
    lastThread = new WeakReference<>(thread);
    return true;
  }
}
