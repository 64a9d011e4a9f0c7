package org.attention4j.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.attention4j.bench.compare.PyTorch;
import org.attention4j.bench.model.ModelSize;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The whole comparison in one command: our kernel against PyTorch, our layer against the stock one,
 * sparse normalizers against softmax, a whole model against that of PyTorch, a published one
 * against ONNX Runtime. One line for each; the ratio is the peer's time by ours.
 *
 * <p>It starts itself again, once for each part, with the flags and the environment they need.
 */
@Command(
    name = "Summary",
    mixinStandardHelpOptions = true,
    description = "Compares attention4j's speed with that of its peers.")
public final class Summary implements Callable<Integer> {
  private static final int FAILURE = 1;

  /** Set by JDK 19 and newer. */
  private static final String STDERR_ENCODING = "stderr.encoding";

  /** The character set of the locale, set by JDK 17 and newer. */
  private static final String NATIVE_ENCODING = "native.encoding";

  /** What every terminal knows. */
  private static final Charset PLAIN = StandardCharsets.US_ASCII;

  /** Threads of a native library spin some milliseconds before they sleep. */
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

  /**
   * Seconds that a turn lasts at least. The first run after the other candidate's finds the caches
   * full of its data; of runs that follow each other, as in training, there should be more.
   */
  private static final double TURN = 0.1;

  /** The same where a minute has to do for all, and a run of the kernel lasts some milliseconds. */
  private static final double QUICK_TURN = 0.03;

  private final List<String> arguments;

  @Spec private CommandSpec spec;

  @Option(names = "--quick", description = "The main cases only, in about a minute.")
  private boolean quick;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where summary.csv and summary.png go (attention4j-bench-out; with --quick only if"
              + " given).")
  private @Nullable Path out;

  @Option(
      names = "--threads",
      defaultValue = "2",
      paramLabel = "N",
      description = "Threads for each that takes part (2).")
  private int threads;

  @Option(
      names = "--only",
      paramLabel = "PART",
      split = ",",
      description = "Measures ${COMPLETION-CANDIDATES} alone; several are separated by commas.")
  private @Nullable List<Part> only;

  @Option(names = "--part", hidden = true, description = "What to measure in this JVM.")
  private @Nullable Part part;

  private Summary(List<String> arguments) {
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
    runAndExit(new Summary(List.of(arguments)), arguments);
  }

  /** Runs a command on the standard streams and ends the JVM with its status. */
  static void runAndExit(Callable<Integer> command, String... arguments) {
    PrintWriter results = writer(System.out, ChildJvm.STDOUT_ENCODING);
    // Whatever a library prints is no result; Deeplearning4j prints a line for each operation.
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    System.exit(execute(command, results, writer(System.err, STDERR_ENCODING), arguments));
  }

  /** In the character set that a property names, or that of the user's locale. */
  private static PrintWriter writer(PrintStream stream, String property) {
    String name =
        System.getProperty(property, System.getProperty(NATIVE_ENCODING, PLAIN.toString()));
    Charset charset = Charset.isSupported(name) ? Charset.forName(name) : PLAIN;
    return new PrintWriter(new OutputStreamWriter(stream, charset), true);
  }

  static int execute(PrintWriter results, PrintWriter messages, String... arguments) {
    return execute(new Summary(List.of(arguments)), results, messages, arguments);
  }

  static int execute(
      Callable<Integer> command, PrintWriter results, PrintWriter messages, String... arguments) {
    return new CommandLine(command)
        .setOut(results)
        .setErr(messages)
        .setParameterExceptionHandler(
            (exception, given) -> say(messages, exception, CommandLine.ExitCode.USAGE))
        .setExecutionExceptionHandler(
            (exception, given, parsed) -> say(messages, exception, FAILURE))
        .execute(arguments);
  }

  private static int say(PrintWriter messages, Exception failure, int status) {
    messages.println(failure.getMessage() == null ? failure.toString() : failure.getMessage());
    return status;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    return part == null ? runParts() : measure(part);
  }

  /** Each part in a JVM with the flags and the environment that suit all who take part. */
  private int runParts() throws IOException, InterruptedException {
    PrintWriter results = spec.commandLine().getOut();
    List<ComparisonResult> comparisons = new ArrayList<>();
    for (Part next : parts()) {
      List<String> command = new ArrayList<>(arguments);
      command.add("--part=" + next);
      Map<String, String> environment = next == Part.LAYER ? ChildJvm.PASSIVE : Map.of();
      int status =
          ChildJvm.read(
              Summary.class,
              threads,
              environment,
              line -> {
                results.println(line);
                ComparisonResult.parse(line).ifPresent(comparisons::add);
                comparisons.addAll(ModelResult.parse(line));
              },
              command);
      if (status != CommandLine.ExitCode.OK) {
        return status;
      }
    }
    if (!quick) {
      results.println();
      results.print(Report.markdown(comparisons));
      results.flush();
    }
    if (!quick || out != null) {
      Report.write(directory(), comparisons);
    }
    return CommandLine.ExitCode.OK;
  }

  private List<Part> parts() {
    return only == null ? List.of(Part.values()) : only;
  }

  private int measure(Part measured) throws IOException, InterruptedException {
    PrintWriter results = spec.commandLine().getOut();
    Optional<String> pytorch = PyTorch.version();
    if (measured == parts().get(0)) {
      Machine.describe(pytorch).forEach(results::println);
      if (pytorch.isEmpty()) {
        results.println("PyTorch has no library for this platform in this jar and is left out.");
      }
    }
    BenchmarkPlan plan = quick ? BenchmarkPlan.QUICK : BenchmarkPlan.FULL;
    double turn = quick && measured == Part.KERNEL ? QUICK_TURN : TURN;
    InterleavedTimer timer =
        new InterleavedTimer(System::nanoTime, () -> LockSupport.parkNanos(PAUSE), turn);
    ComparisonRunner comparisons =
        new ComparisonRunner(
            plan, pytorch.isPresent(), timer, comparison -> results.println(comparison.line()));
    switch (measured) {
      case KERNEL -> comparisons.kernel();
      case LAYER -> {
        results.printf("WAIT omp_wait_policy=%s%n", System.getenv(ChildJvm.WAIT_POLICY));
        comparisons.layers();
      }
      case HISTORY -> histories(plan, timer, results);
      case MODEL -> {
        if (pytorch.isPresent()) {
          models(plan, timer, results);
        }
      }
      case MINILM -> new MiniLmComparison(threads, plan.sentences(), results::println).run();
    }
    return CommandLine.ExitCode.OK;
  }

  private void histories(BenchmarkPlan plan, InterleavedTimer timer, PrintWriter results)
      throws IOException {
    HistoryComparison comparison =
        new HistoryComparison(
            threads,
            timer,
            plan.budget(),
            plan.layerWarmUp(),
            result -> results.println(result.line()));
    for (String normalizer : plan.histories()) {
      comparison.run(normalizer);
    }
  }

  private void models(BenchmarkPlan plan, InterleavedTimer timer, PrintWriter results)
      throws IOException {
    ModelComparison comparison =
        new ModelComparison(threads, timer, plan.budget(), plan.modelWarmUp(), results::println);
    for (ModelSize size : plan.models()) {
      comparison.run(size);
    }
  }

  private Path directory() {
    return out == null ? Path.of("attention4j-bench-out") : out;
  }

  private void check() {
    if (threads < 1) {
      throw new ParameterException(
          spec.commandLine(), "--threads is %d but must be at least 1.".formatted(threads));
    }
    if (Files.exists(directory()) && !Files.isDirectory(directory())) {
      throw new ParameterException(
          spec.commandLine(), "--out is %s, which is no directory.".formatted(directory()));
    }
  }
}
