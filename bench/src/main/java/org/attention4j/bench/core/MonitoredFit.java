package org.attention4j.bench.core;

import java.util.Map;
import org.attention4j.bench.compare.LayerPeer;
import org.attention4j.bench.compare.Peer;
import org.attention4j.monitor.AttentionMonitor;

/**
 * A training step with a monitor. Several of these may share a network, so that only the monitor
 * differs.
 *
 * @param network takes the steps
 * @param monitors what listens; none or one
 */
public record MonitoredFit(LayerPeer network, AttentionMonitor... monitors) implements Peer {
  @Override
  public void run() {
    network.setListeners(monitors);
    network.run();
  }

  @Override
  public Map<String, float[]> results() {
    return network.results();
  }
}
