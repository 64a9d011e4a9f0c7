package org.attention4j.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.attention4j.bench.compare.CoreCell;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * How much faster than softmax a sparse map is, by its share of zeros. One thread computes, and its
 * processor time is what counts, so that other work on the machine disturbs little.
 */
@Command(
    name = "SparsityCurve",
    mixinStandardHelpOptions = true,
    description = "Measures the speed of sparse maps against softmax by their share of zeros.")
public final class SparsityCurve implements Callable<Integer> {
  private static final int HEADS = 2;
  private static final int HEAD_SIZE = 64;
  private static final int THREADS = 1;

  private static final InterleavedTimer.Budget BUDGET = new InterleavedTimer.Budget(60, 7);
  private static final InterleavedTimer.Budget BRIEF = new InterleavedTimer.Budget(10, 2);
  private static final double WARM_UP = 0.5;

  /** Seconds that a turn lasts at least. */
  private static final double TURN = 0.03;

  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

  private final List<String> arguments;

  @Spec private CommandSpec spec;

  @Option(names = "--quick", description = "Two runs of each point.")
  private boolean quick;

  @Option(names = "--length", defaultValue = "4096", paramLabel = "L", description = "Keys (4096).")
  private int length;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where sparsity.csv and sparsity.png go; nothing is written if not given.")
  private @Nullable Path out;

  private SparsityCurve(List<String> arguments) {
    this.arguments = arguments;
  }

  /**
   * Runs the command and ends the JVM: with status 0 on success, 2 after bad arguments, 1 after any
   * other failure.
   *
   * @param arguments the command line's arguments
   */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    Summary.runAndExit(new SparsityCurve(List.of(arguments)), arguments);
  }

  static int execute(PrintWriter results, PrintWriter messages, String... arguments) {
    return Summary.execute(new SparsityCurve(List.of(arguments)), results, messages, arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    if (!ChildJvm.isNotNeeded(THREADS)) {
      return ChildJvm.run(SparsityCurve.class, THREADS, arguments);
    }
    PrintWriter results = spec.commandLine().getOut();
    Machine.describe(Optional.empty()).forEach(results::println);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    InterleavedTimer timer =
        new InterleavedTimer(
            threads::getCurrentThreadCpuTime, () -> LockSupport.parkNanos(PAUSE), TURN);
    CoreCell cell = new CoreCell(HEADS, length, HEAD_SIZE);
    results.printf("SIZES heads=%d L=%d d=%d pass=fwdbwd%n", HEADS, length, HEAD_SIZE);
    List<SparsityPoint> points =
        new SparsityRunner(cell, timer, quick ? BRIEF : BUDGET, WARM_UP).run();
    points.forEach(point -> results.println(point.line()));
    SparsityReport.breakEvens(points).forEach(results::println);
    if (out != null) {
      SparsityReport.write(out, points);
    }
    return CommandLine.ExitCode.OK;
  }

  private void check() {
    if (length < 1) {
      throw new ParameterException(
          spec.commandLine(), "--length is %d but must be at least 1.".formatted(length));
    }
    if (out != null && Files.exists(out) && !Files.isDirectory(out)) {
      throw new ParameterException(
          spec.commandLine(), "--out is %s, which is no directory.".formatted(out));
    }
  }
}
