package org.attention4j.bench.core;

import java.util.concurrent.TimeUnit;
import org.attention4j.bench.compare.LayerPeer;
import org.attention4j.layers.Execution;
import org.attention4j.layers.OutputGate;
import org.attention4j.layers.Position;
import org.attention4j.layers.SelfAttentionLayer;
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
 * What each option of the layer costs, in a training step and in an output: 8 examples, 64
 * features, 4 heads. What is causal is to be compared with {@code causal}, the rest with {@code
 * none}. At 1,024 steps and a head size of 64 the sizes are those of {@link NormalizerBenchmark}.
 * With {@code -prof gc} JMH also tells what a call allocates.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class OptionBenchmark {
  private static final int EXAMPLES = 8;
  private static final int FEATURES = 64;
  private static final int HEADS = 4;
  private static final double DROPOUT = 0.1;
  private static final int WINDOW = 64;
  private static final int FIRST_KEYS = 4;

  /** The option that is set. */
  @Param({
    "none",
    "causal",
    "bias",
    "attention-dropout",
    "alibi",
    "rotary",
    "grouped-heads",
    "qk-norm",
    "window",
    "window-first-keys",
    "gate-heads",
    "gate-elements",
    "forgetting",
    "graph"
  })
  public String option = "none";

  /** The sequence length T. */
  @Param({"16", "128", "512", "1024"})
  public int steps = 16;

  /** The head size d. */
  @Param({"16", "64"})
  public int headSize = 16;

  /** Whether a training step is timed, or else an output. */
  @Param({"true", "false"})
  public boolean fit;

  private LayerPeer network;

  /** For JMH. */
  public OptionBenchmark() {}

  /** Builds the network and draws its data. */
  @Setup
  public void build() {
    LayerPeer.Sizes sizes = new LayerPeer.Sizes(EXAMPLES, FEATURES, steps, HEADS);
    SelfAttentionLayer.Builder builder =
        new SelfAttentionLayer.Builder()
            .nOut(FEATURES)
            .nHeads(HEADS)
            .headSize(headSize)
            .projectInput(true);
    network = new LayerPeer(set(builder).build(), sizes, fit);
  }

  private SelfAttentionLayer.Builder set(SelfAttentionLayer.Builder builder) {
    return switch (option) {
      case "none" -> builder;
      case "causal" -> builder.causal(true);
      case "bias" -> builder.hasBias(true);
      case "attention-dropout" -> builder.attentionDropout(DROPOUT);
      case "alibi" -> builder.position(Position.ALIBI);
      case "rotary" -> builder.position(Position.ROTARY);
      case "grouped-heads" -> builder.nKeyValueHeads(1);
      case "qk-norm" -> builder.qkNorm(true);
      case "window" -> builder.causal(true).slidingWindow(WINDOW);
      case "window-first-keys" -> builder.causal(true).slidingWindow(WINDOW).firstKeys(FIRST_KEYS);
      case "gate-heads" -> builder.outputGate(OutputGate.PER_HEAD);
      case "gate-elements" -> builder.outputGate(OutputGate.PER_ELEMENT);
      case "forgetting" -> builder.causal(true).position(Position.FORGETTING);
      case "graph" -> builder.execution(Execution.GRAPH);
      default -> throw new IllegalArgumentException("There is no option '%s'.".formatted(option));
    };
  }

  /** One training step, or one output. */
  @Benchmark
  public void run() {
    network.run();
  }
}
