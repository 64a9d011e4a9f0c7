package org.attention4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

/** Runs the quickstart's programs as a user would and reads what they print. */
class QuickstartTest {
  private static final Path SOURCES =
      Path.of("src/main/java", QuickstartTest.class.getPackageName().replace('.', '/'));
  private static final Pattern NUMBER = Pattern.compile("-?\\d+\\.\\d+(e[-+]\\d+)?|\\de[-+]\\d+");

  private final Locale usual = Locale.getDefault();
  private final PrintStream console = System.out;

  @TempDir Path directory;

  @BeforeEach
  void fixWhatIsRandom() {
    Locale.setDefault(Locale.ROOT);
    Nd4j.getRandom().setSeed(5);
  }

  @AfterEach
  void restore() {
    System.setOut(console);
    Locale.setDefault(usual);
  }

  @Test
  void swap() {
    List<String> lines = printed(() -> Example1Swap.main(new String[0]));

    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).contains("SelfAttentionLayer", "Softmax");
    assertThat(numbers(lines.get(1)).get(0)).isLessThan(1e-5);
    List<Double> losses = numbers(lines.get(2));
    assertThat(losses.get(1)).isLessThan(losses.get(0));
  }

  @Test
  void watch() throws IOException {
    Path file = directory.resolve("attention.jsonl");

    List<String> lines = printed(() -> Example2Watch.main(new String[] {file.toString()}));

    List<String> iterations = lines.stream().filter(line -> line.startsWith("iteration")).toList();
    assertThat(iterations).hasSize(5 * 2);
    assertThat(iterations.get(0)).startsWith("iteration   0, head 0:  effectiveTokens ");
    assertThat(iterations)
        .allSatisfy(line -> assertThat(numbers(line).get(0)).isBetween(1.0, 24.0));
    assertThat(Files.readAllLines(file))
        .as("at each snapshot two heads, their layer and the network")
        .hasSize(5 * (2 + 1 + 1))
        .allMatch(line -> line.startsWith("{"));
  }

  @Test
  void normalizer() {
    List<String> lines = printed(() -> Example3Normalizer.main(new String[0]));

    // 1 + z + z^2/2 is 1, 1 and 8.5.
    assertThat(lines.get(0))
        .endsWith(": [" + 1 / 10.5 + ", " + 1 / 10.5 + ", " + 8.5 / 10.5 + ", 0.0]");
    double first = numbers(lines.get(1)).get(0);
    double last = numbers(lines.get(2)).get(0);
    assertThat(last).isLessThan(first / 2);
  }

  @Test
  void sameDiff() {
    List<String> lines = printed(() -> Example4SameDiff.main(new String[0]));

    assertThat(lines).hasSize(4);
    assertThat(value(lines, "error", 1)).isLessThan(0.75 * value(lines, "error", 0));
    assertThat(value(lines, "entropy", 1)).isLessThan(value(lines, "entropy", 0) / 2);
  }

  @Test
  void timeSeries() {
    List<String> lines = printed(() -> Example5TimeSeries.main(new String[0]));

    List<Double> numbers = numbers(lines.get(0));
    assertThat(numbers.get(0)).isGreaterThan(0.9);
    assertThat(numbers.get(1)).isLessThan(1e-5);
  }

  @Test
  void eachIsShortAndThePageLinksIt() throws IOException {
    String page = Files.readString(Path.of("../docs/quickstart.md"));
    try (Stream<Path> files = Files.list(SOURCES)) {
      List<Path> examples = files.filter(f -> f.getFileName().toString().startsWith("Ex")).toList();
      assertThat(examples).hasSize(5);
      for (Path example : examples) {
        assertThat(Files.readAllLines(example)).as("%s", example).hasSizeLessThan(60);
        assertThat(page).contains("../training-examples/" + example.toString().replace('\\', '/'));
      }
    }
  }

  private static double value(List<String> lines, String name, int round) {
    List<String> of = lines.stream().filter(line -> line.startsWith(name)).toList();
    return numbers(of.get(round)).get(0);
  }

  private static List<Double> numbers(String line) {
    List<Double> numbers = new ArrayList<>();
    Matcher matcher = NUMBER.matcher(line);
    while (matcher.find()) {
      numbers.add(Double.parseDouble(matcher.group()));
    }
    return numbers;
  }

  /** What a program prints, without what Deeplearning4j's own runtime prints. */
  private static List<String> printed(Runnable program) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    program.run();
    return bytes
        .toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.startsWith("Added differentiated op"))
        .toList();
  }
}
