package org.attention4j.bench.compare;

import java.util.Map;

/** One way to compute something, ready to be timed. */
public interface Peer extends AutoCloseable {
  /** Computes it once: what is timed. */
  void run();

  /**
   * Computes it once and hands it out, for comparison with other peers.
   *
   * @return arrays by name, in an order that all peers share
   */
  Map<String, float[]> results();

  @Override
  default void close() {}
}
