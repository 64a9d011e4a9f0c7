package org.attention4j.internal.probes;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which networks a monitor watches: the first network that calls it, copies of it that
 * train on other threads, and a network that is restored from a file to continue. Numbers of any
 * other network must not mix with these. Safe for use by several threads.
 */
public final class NetworkOwner {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkOwner.class);

  /** What is compared of two networks. */
  private record Kind(Class<?> type, long size) {}

  private final ThreadLocal<WeakReference<Object>> known =
      ThreadLocal.withInitial(() -> new WeakReference<>(null));
  private final ThreadLocal<Boolean> watchedBefore = ThreadLocal.withInitial(() -> false);
  private final List<WeakReference<Object>> others = new ArrayList<>();
  private @Nullable Kind kind;
  private boolean warned;

  /**
   * Whether the monitor watches the network; warns once if it does not.
   *
   * @param model the network
   * @return true if it is watched
   */
  public boolean accepts(Model model) {
    return accepts(model, model::numParams, MonitoredNetwork.iteration(model));
  }

  /**
   * Whether the monitor watches the graph; warns once if it does not.
   *
   * @param graph the graph
   * @param iteration the iteration that begins, counted from 0
   * @return true if it is watched
   */
  public boolean accepts(SameDiff graph, int iteration) {
    return accepts(graph, () -> parameters(graph), iteration);
  }

  private static long parameters(SameDiff graph) {
    return graph.variables().stream()
        .filter(variable -> variable.getVariableType() == VariableType.VARIABLE)
        .mapToLong(variable -> variable.getArr().length())
        .sum();
  }

  private boolean accepts(Object model, LongSupplier size, int iteration) {
    if (known.get().get() == model) {
      return true;
    }
    if (isOther(model, size, iteration)) {
      return false;
    }
    known.set(new WeakReference<>(model));
    watchedBefore.set(true);
    return true;
  }

  private synchronized boolean isOther(Object model, LongSupplier size, int iteration) {
    others.removeIf(other -> other.get() == null);
    if (others.stream().anyMatch(other -> other.get() == model)) {
      return true;
    }
    Kind itsKind = new Kind(model.getClass(), size.getAsLong());
    if (kind == null) {
      kind = itsKind;
      return false;
    }
    boolean beginsHereAgain = watchedBefore.get() && iteration == 0;
    if (kind.equals(itsKind) && !beginsHereAgain) {
      return false;
    }
    others.add(new WeakReference<>(model));
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
