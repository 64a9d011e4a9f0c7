package org.attention4j.bench.core;

import java.util.concurrent.TimeUnit;
import org.attention4j.bench.compare.LayerPeer;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.metrics.Tier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A training step with the monitor on a schedule, on the average: 8 examples, 64 features, 4 heads.
 * {@link org.attention4j.bench.MonitorCost} times single snapshots.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 5, time = 10)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class MonitorBenchmark {
  private static final LayerPeer.Sizes SIZES = new LayerPeer.Sizes(8, 64, 512, 4);
  private static final int OFTEN = 10;
  private static final int SELDOM = 50;

  /** The tier and the interval of the snapshots. */
  @Param({"off", "never", "cheap-10", "full-50"})
  public String monitor = "off";

  private LayerPeer network;

  /** For JMH. */
  public MonitorBenchmark() {}

  /** Builds the network and its monitor. */
  @Setup
  public void build() {
    network = LayerPeer.ours(SIZES, true);
    switch (monitor) {
      case "off" -> network.setListeners();
      case "never" ->
          network.setListeners(AttentionMonitor.builder().atIterations(Integer.MAX_VALUE).build());
      case "cheap-10" -> network.setListeners(AttentionMonitor.builder().every(OFTEN).build());
      case "full-50" ->
          network.setListeners(AttentionMonitor.builder().every(SELDOM).tier(Tier.FULL).build());
      default -> throw new IllegalArgumentException("There is no monitor '" + monitor + "'.");
    }
  }

  /** One training step. */
  @Benchmark
  public void run() {
    network.run();
  }
}
