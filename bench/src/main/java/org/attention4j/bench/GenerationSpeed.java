package org.attention4j.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.attention4j.bench.model.Decoder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * How many tokens a language model makes per second, after contexts of several lengths: with kept
 * keys and values, one step for each token, and without, one pass over the whole context for each.
 * Both take turns, and medians are reported.
 */
@Command(
    name = "GenerationSpeed",
    mixinStandardHelpOptions = true,
    description = "Measures tokens per second with and without kept keys and values.")
public final class GenerationSpeed implements Callable<Integer> {
  private static final List<Integer> CONTEXTS = List.of(64, 256, 1024, 4096);
  private static final List<Integer> FEW_CONTEXTS = List.of(16, 64, 256);

  /** Steps that are timed after one context; they make it longer, but not by much. */
  private static final int STEPS = 8;

  private static final int ROUNDS = 15;
  private static final int FEW_ROUNDS = 3;
  private static final double SECOND = 1e9;

  private final List<String> arguments;

  @Spec private CommandSpec spec;

  @Option(names = "--quick", description = "A small model, in less than a minute.")
  private boolean quick;

  @Option(
      names = "--contexts",
      paramLabel = "N",
      split = ",",
      description = "Lengths of the context (64,256,1024,4096; 16,64,256 with --quick).")
  private @Nullable List<Integer> contexts;

  @Option(names = "--threads", defaultValue = "2", paramLabel = "N", description = "Threads (2).")
  private int threads;

  private GenerationSpeed(List<String> arguments) {
    this.arguments = arguments;
  }

  /**
   * Runs the command and ends the JVM: with status 0 on success, 2 after bad arguments, 1 after any
   * other failure.
   *
   * @param arguments the command line's arguments
   */
  public static void main(String[] arguments) {
    Summary.runAndExit(new GenerationSpeed(List.of(arguments)), arguments);
  }

  static int execute(PrintWriter results, PrintWriter messages, String... arguments) {
    return Summary.execute(new GenerationSpeed(List.of(arguments)), results, messages, arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Integer> lengths = contexts != null ? contexts : quick ? FEW_CONTEXTS : CONTEXTS;
    check("--threads", List.of(threads));
    check("--contexts", lengths);
    if (!ChildJvm.isNotNeeded(threads)) {
      return ChildJvm.run(GenerationSpeed.class, threads, arguments);
    }
    PrintWriter results = spec.commandLine().getOut();
    Machine.describe(Optional.empty()).forEach(results::println);
    Decoder decoder = quick ? Decoder.small() : Decoder.usual();
    results.println(decoder.description());
    for (int length : lengths) {
      results.println(line(decoder, length, quick ? FEW_ROUNDS : ROUNDS));
    }
    return CommandLine.ExitCode.OK;
  }

  private void check(String option, List<Integer> values) {
    for (int value : values) {
      if (value < 1) {
        throw new ParameterException(
            spec.commandLine(), "%s is %d but must be at least 1.".formatted(option, value));
      }
    }
  }

  /** One round more than are counted: the first one compiles. */
  static String line(Decoder decoder, int context, int rounds) {
    double difference = decoder.difference(context);
    if (!(difference < 1e-4)) {
      throw new IllegalStateException(
          "After %d tokens a step and a whole pass differ by %s.".formatted(context, difference));
    }
    double[] kept = new double[rounds];
    double[] whole = new double[rounds];
    for (int round = -1; round < rounds; round++) {
      decoder.read(context);
      long begin = System.nanoTime();
      for (int step = 0; step < STEPS; step++) {
        decoder.step();
      }
      long middle = System.nanoTime();
      decoder.wholePass(context + 1);
      if (round >= 0) {
        kept[round] = STEPS * SECOND / (middle - begin);
        whole[round] = SECOND / (System.nanoTime() - middle);
      }
    }
    double with = median(kept);
    double without = median(whole);
    return String.format(
        Locale.ROOT,
        "GENERATE context=%d kept_tokens_per_s=%.1f whole_tokens_per_s=%.1f ratio=%.2f",
        context,
        with,
        without,
        with / without);
  }

  private static double median(double[] values) {
    return new Median().evaluate(Arrays.copyOf(values, values.length));
  }
}
