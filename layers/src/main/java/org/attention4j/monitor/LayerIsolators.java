package org.attention4j.monitor;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.attention4j.internal.monitor.FaultIsolator;

/**
 * One isolator for the measurement of each layer, so that a fault switches off that layer alone.
 */
final class LayerIsolators {
  private final ConcurrentMap<String, FaultIsolator> isolators = new ConcurrentHashMap<>();

  FaultIsolator of(String layer) {
    return isolators.computeIfAbsent(
        layer, name -> new FaultIsolator("The measurement of layer '" + name + "'"));
  }
}
