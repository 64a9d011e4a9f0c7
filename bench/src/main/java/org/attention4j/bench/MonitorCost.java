package org.attention4j.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.attention4j.bench.compare.LayerPeer;
import org.attention4j.bench.core.MonitoredFit;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.monitor.AttentionMonitor;
import org.attention4j.monitor.MonitorBuilder;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.metrics.MetricGroup;
import org.attention4j.monitor.metrics.Tier;
import org.attention4j.normalizer.Normalizers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * What the monitor costs: training steps of one network with different monitors in turns, so that
 * whatever else the machine does hits all alike.
 *
 * <p>A schedule costs what blocks of steps with its snapshots take more than blocks of as many
 * steps without a monitor. A block has one snapshot and one step after it, so that what the
 * snapshot leaves to that step counts, too; a schedule of a longer period has the same cost in more
 * steps. A snapshot is a larger share of a short block than of a long one, so it shows sooner above
 * the noise of the machine. A single snapshot, by group of metrics, costs what the median step with
 * it takes longer than the median step without.
 */
@Command(
    name = "MonitorCost",
    mixinStandardHelpOptions = true,
    description = "Measures what attention4j's monitor costs, by metric, tier and period.")
public final class MonitorCost implements Callable<Integer> {
  private static final int OFTEN = 10;
  private static final int SELDOM = 50;

  /** Steps of a block: one with a snapshot and the one after it. */
  private static final int BLOCK = 2;

  /** Enough for intervals narrower than the targets on a machine that does nothing else. */
  private static final int PAIRS = 500;

  private static final int FEW_PAIRS = 2;
  private static final double LONG = 60;
  private static final double SHORT = 15;
  private static final int MIN_ROUNDS = 9;

  /** Seconds that a turn lasts at least. */
  private static final double TURN = 0.03;

  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

  private final List<String> arguments;

  @Spec private CommandSpec spec;

  @Option(names = "--quick", description = "In about half a minute, to see that it runs.")
  private boolean quick;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      description = "Pairs of blocks for each schedule, at least 2 (500; 2 with --quick).")
  private @Nullable Integer pairs;

  @Option(names = "--examples", defaultValue = "8", description = "The mini-batch (8).")
  private int examples;

  @Option(names = "--features", defaultValue = "64", description = "nIn and nOut (64).")
  private int features;

  @Option(names = "--steps", defaultValue = "512", description = "The sequence length T (512).")
  private int steps;

  @Option(names = "--heads", defaultValue = "4", description = "Heads (4).")
  private int heads;

  @Option(
      names = "--normalizer",
      defaultValue = "{\"type\":\"softmax\"}",
      paramLabel = "JSON",
      description = "The layer's normalizer (softmax).")
  private String normalizer;

  @Option(names = "--threads", defaultValue = "2", paramLabel = "N", description = "Threads (2).")
  private int threads;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "A CSV file for the snapshots: what,step_ms,snapshot_ms.")
  private @Nullable Path out;

  private MonitorCost(List<String> arguments) {
    this.arguments = arguments;
  }

  /**
   * Runs the command and ends the JVM: with status 0 on success, 2 after bad arguments, 1 after any
   * other failure.
   *
   * @param arguments the command line's arguments
   */
  public static void main(String[] arguments) {
    Summary.runAndExit(new MonitorCost(List.of(arguments)), arguments);
  }

  static int execute(PrintWriter results, PrintWriter messages, String... arguments) {
    return Summary.execute(new MonitorCost(List.of(arguments)), results, messages, arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    if (!ChildJvm.isNotNeeded(threads)) {
      return ChildJvm.run(MonitorCost.class, threads, arguments);
    }
    PrintWriter results = spec.commandLine().getOut();
    Machine.describe(Optional.empty()).forEach(results::println);
    LayerPeer network = network();
    Map<String, Double> steps = measure(network);
    report(steps, results);
    reportSchedules(network, results);
    if (out != null) {
      write(steps, out);
    }
    return CommandLine.ExitCode.OK;
  }

  private void check() {
    for (String option : List.of("--examples", "--features", "--steps", "--heads", "--threads")) {
      int value = spec.commandLine().getParseResult().matchedOptionValue(option, 1);
      if (value < 1) {
        throw new ParameterException(
            spec.commandLine(), "%s is %d but must be at least 1.".formatted(option, value));
      }
    }
    if (pairs != null && pairs < 2) {
      throw new ParameterException(
          spec.commandLine(), "--pairs is %d but must be at least 2.".formatted(pairs));
    }
    if (features % heads != 0) {
      throw new ParameterException(
          spec.commandLine(),
          "--features is %d but must be a multiple of --heads, %d.".formatted(features, heads));
    }
    try {
      Normalizers.parse(normalizer);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--normalizer is no normalizer: " + e.getMessage(), e);
    }
    if (out != null && Files.isDirectory(out)) {
      throw new ParameterException(
          spec.commandLine(), "--out is %s, which is a directory.".formatted(out));
    }
  }

  private LayerPeer network() {
    return new LayerPeer(
        new SelfAttentionLayer.Builder()
            .nOut(features)
            .nHeads(heads)
            .projectInput(true)
            .normalizer(Normalizers.parse(normalizer))
            .build(),
        new LayerPeer.Sizes(examples, features, steps, heads),
        true);
  }

  /** The median time of a step in milliseconds, by who listens. */
  private Map<String, Double> measure(LayerPeer network) {
    List<InterleavedTimer.Candidate> candidates = new ArrayList<>();
    candidates.add(new InterleavedTimer.Candidate(new MonitoredFit(network)::run, warmUp()));
    Map<String, AttentionMonitor> monitors = monitors();
    monitors
        .values()
        .forEach(
            monitor ->
                candidates.add(
                    new InterleavedTimer.Candidate(
                        new MonitoredFit(network, monitor)::run, warmUp() / 2)));
    InterleavedTimer timer =
        new InterleavedTimer(System::nanoTime, () -> LockSupport.parkNanos(PAUSE), TURN);
    List<Double> medians =
        timer.medians(new InterleavedTimer.Budget(quick ? SHORT : LONG, MIN_ROUNDS), candidates);
    Map<String, Double> steps = new LinkedHashMap<>();
    steps.put("off", medians.get(0));
    int candidate = 1;
    for (String name : monitors.keySet()) {
      steps.put(name, medians.get(candidate++));
    }
    return steps;
  }

  private double warmUp() {
    return quick ? 1 : 2;
  }

  private static Map<String, AttentionMonitor> monitors() {
    Map<String, AttentionMonitor> monitors = new LinkedHashMap<>();
    monitors.put("not due", never());
    monitors.put("rows alone", monitor().groups().build());
    for (MetricGroup group : MetricGroup.values()) {
      monitors.put(group.name(), monitor().groups(group).build());
    }
    monitors.put(Tier.CHEAP.name(), monitor().build());
    monitors.put(Tier.FULL.name(), monitor().tier(Tier.FULL).build());
    return monitors;
  }

  private static AttentionMonitor never() {
    return monitor().atIterations(Integer.MAX_VALUE).build();
  }

  private static MonitorBuilder monitor() {
    return AttentionMonitor.builder().every(1).alarms(AlarmRules.all());
  }

  private void report(Map<String, Double> steps, PrintWriter results) {
    double off = steps.getOrDefault("off", Double.NaN);
    results.printf(
        Locale.ROOT,
        "STEP mb=%d nIn=%d T=%d heads=%d normalizer=%s off_ms=%.1f%n",
        examples,
        features,
        this.steps,
        heads,
        normalizer,
        off);
    results.println();
    results.println("| one snapshot | ms more than a step without |\n|---|---:|");
    steps.forEach(
        (what, step) -> {
          if (!what.equals("off")) {
            results.printf(Locale.ROOT, "| %s | %.1f |%n", what, step - off);
          }
        });
  }

  private void reportSchedules(LayerPeer network, PrintWriter results) {
    int count = pairs != null ? pairs : quick ? FEW_PAIRS : PAIRS;
    results.println();
    results.printf("Percent more than without a monitor, with 95 %% intervals, %d pairs.%n", count);
    results.println();
    results.println("| schedule | elapsed time | processor time |");
    results.println("|---|---:|---:|");
    row(network, "never due", never(), BLOCK, count, results);
    AttentionMonitor cheap = monitor().every(BLOCK).build();
    row(network, "CHEAP every 10", cheap, OFTEN, count, results);
    AttentionMonitor full = monitor().every(BLOCK).tier(Tier.FULL).build();
    row(network, "FULL every 50", full, SELDOM, count, results);
  }

  /** Of the period's steps, those of one block are measured; the others have no snapshot. */
  private static void row(
      LayerPeer network,
      String name,
      AttentionMonitor monitor,
      int period,
      int pairs,
      PrintWriter results) {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    PairedBlocks blocks =
        new PairedBlocks(
            System::nanoTime, system::getProcessCpuTime, () -> LockSupport.parkNanos(PAUSE));
    PairedBlocks.Cost cost =
        blocks.measure(
            new MonitoredFit(network)::run, new MonitoredFit(network, monitor)::run, BLOCK, pairs);
    double share = (double) BLOCK / period;
    results.printf(
        "| %s | %s | %s |%n", name, cost.wall().ofShare(share), cost.processor().ofShare(share));
    results.flush();
  }

  private static String thousandths(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static void write(Map<String, Double> steps, Path file) throws IOException {
    double off = steps.getOrDefault("off", Double.NaN);
    CSVFormat format =
        CSVFormat.DEFAULT
            .builder()
            .setHeader("what", "step_ms", "snapshot_ms")
            .setRecordSeparator('\n')
            .get();
    try (CSVPrinter csv = format.print(file, StandardCharsets.UTF_8)) {
      for (Map.Entry<String, Double> step : steps.entrySet()) {
        csv.printRecord(
            step.getKey(), thousandths(step.getValue()), thousandths(step.getValue() - off));
      }
    }
  }
}
