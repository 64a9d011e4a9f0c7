package org.attention4j.monitor;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which networks a monitor watches: the first that comes, its copies that train on other threads,
 * and what is restored from a file to go on. All others are strangers, whose numbers must not mix
 * with these. Safe for use by several threads.
 */
final class NetworkOwner {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkOwner.class);

  /** What is compared, so that nothing is asked of a network that is known. */
  private record Kind(Class<?> type, long size) {
    static Kind of(Model model) {
      return new Kind(model.getClass(), model.numParams());
    }
  }

  private final ThreadLocal<WeakReference<Model>> known =
      ThreadLocal.withInitial(() -> new WeakReference<>(null));
  private final ThreadLocal<Boolean> watchedBefore = ThreadLocal.withInitial(() -> false);
  private final List<WeakReference<Model>> strangers = new ArrayList<>();
  private @Nullable Kind kind;
  private boolean warned;

  /** Whether the network is to be watched; warns at the first that is not. */
  boolean accepts(Model model) {
    if (known.get().get() == model) {
      return true;
    }
    if (isStranger(model)) {
      return false;
    }
    known.set(new WeakReference<>(model));
    watchedBefore.set(true);
    return true;
  }

  private synchronized boolean isStranger(Model model) {
    strangers.removeIf(stranger -> stranger.get() == null);
    if (strangers.stream().anyMatch(stranger -> stranger.get() == model)) {
      return true;
    }
    Kind itsKind = Kind.of(model);
    if (kind == null) {
      kind = itsKind;
      return false;
    }
    boolean beginsHereAgain = watchedBefore.get() && MonitoredNetwork.iteration(model) == 0;
    if (kind.equals(itsKind) && !beginsHereAgain) {
      return false;
    }
    strangers.add(new WeakReference<>(model));
    if (!warned) {
      warned = true;
      LOG.warn(
          "AttentionMonitor watches a {} of {} parameters and is a listener of another network, a"
              + " {} of {} parameters, too: that one is not watched. Give each network a monitor of"
              + " its own.",
          kind.type().getSimpleName(),
          kind.size(),
          itsKind.type().getSimpleName(),
          itsKind.size());
    }
    return true;
  }
}
