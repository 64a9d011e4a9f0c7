package org.attention4j.bench;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attention4j.bench.ComparisonResult.Kind;

/**
 * Sentences per second of a published model, MiniLM, beside ONNX Runtime.
 *
 * <p>The command {@code pretrained --time} of the examples has the model, compares its features
 * with those of ONNX Runtime, and times both in turns. It is started if it is on the class path
 * together with the weights and ONNX Runtime, which are too large for a jar of benchmarks.
 */
final class MiniLmComparison {
  private static final String EXAMPLES = "org.attention4j.examples.Main";
  private static final String PEER = "onnxruntime";

  /** Whose presence tells that all is there that is needed. */
  private static final List<String> NEEDED =
      List.of(
          "org/attention4j/examples/Main.class",
          "all-minilm-l6-v2.onnx",
          "ai/onnxruntime/OrtEnvironment.class");

  private static final Pattern SPEEDS =
      Pattern.compile(
          "Sentences per second on \\d+ threads?: (?<ours>[0-9.]+);"
              + " ONNX Runtime (?<peer>[0-9.]+); ratio .*");

  private static final double MILLISECONDS = 1000;

  private final int threads;
  private final int sentences;
  private final Consumer<String> lines;

  /**
   * Prepares to compare.
   *
   * @param threads for each of both
   * @param sentences how many
   * @param lines where the line goes
   */
  MiniLmComparison(int threads, int sentences, Consumer<String> lines) {
    this.threads = threads;
    this.sentences = sentences;
    this.lines = lines;
  }

  /** Measures, or says what is missing. */
  void run() throws IOException, InterruptedException {
    Optional<String> missing = missing();
    if (missing.isPresent()) {
      lines.accept(
          "MiniLM is left out: %s is not on the class path (docs/benchmarks.md says how)."
              .formatted(missing.get()));
      return;
    }
    int status =
        ChildJvm.read(
            examples(),
            threads,
            ChildJvm.PASSIVE,
            line -> result(line).map(ComparisonResult::line).ifPresent(lines),
            List.of("pretrained", "--time", "--sentences=" + sentences, "--threads=" + threads));
    if (status != 0) {
      throw new IllegalStateException("MiniLM: the command ended with status " + status + ".");
    }
  }

  /** The first of what is needed that is not there. */
  static Optional<String> missing() {
    ClassLoader loader = MiniLmComparison.class.getClassLoader();
    return NEEDED.stream().filter(each -> loader.getResource(each) == null).findFirst();
  }

  private static Class<?> examples() {
    try {
      return Class.forName(EXAMPLES, false, MiniLmComparison.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("MiniLM: the examples are not on the class path.", e);
    }
  }

  /** Reads what the command prints; empty if it is another line of it. */
  Optional<ComparisonResult> result(String line) {
    Matcher matcher = SPEEDS.matcher(line);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    double ours = Double.parseDouble(matcher.group("ours"));
    double peer = Double.parseDouble(matcher.group("peer"));
    String subject =
        String.format(
            Locale.ROOT,
            "sentences=%d threads=%d ours_per_s=%.1f %s_per_s=%.1f",
            sentences,
            threads,
            ours,
            PEER,
            peer);
    return Optional.of(
        new ComparisonResult(
            Kind.MINILM,
            subject,
            PEER,
            MILLISECONDS * sentences / ours,
            MILLISECONDS * sentences / peer));
  }
}
