package org.attention4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @TempDir static Path directory;

  static Stream<Arguments> badArguments() throws IOException {
    Path notUtf8 = Files.write(directory.resolve("latin1.txt"), new byte[] {'a', (byte) 0xe9, 'b'});
    Path shortText = Files.writeString(directory.resolve("short.txt"), "too short");
    Path file = Files.writeString(directory.resolve("a-file"), "");
    return Stream.of(
        arguments("", "Name a command"),
        arguments("frobnicate", "There is no command 'frobnicate'; there are compare, "),
        arguments("compare --frobnicate", "no option '--frobnicate' in compare; 'compare --help'"),
        arguments("compare --stepz 3", "no option '--stepz' in compare; similar: --steps."),
        arguments("recall --se=3", "similar: --seed"),
        arguments("compare extra", "Argument 'extra' does not belong to compare"),
        arguments(
            "compare --normalizers quux", "There is no normalizer 'quux'; known are softmax, "),
        arguments("compare --normalizers softmax,softmax", "twice"),
        arguments("compare --normalizers softmax,", "''"),
        arguments("compare --normalizers top-k", "'k' is missing"),
        arguments("compare --normalizers top-k:2.5", "a whole number"),
        arguments("compare --normalizers sparsemax:2", "takes no number"),
        arguments("compare --normalizers {\"type\":\"top-k\"", "is not a normalizer"),
        arguments(
            "compare --attention gates",
            "'gates' is no option of the attention; known are gate, gate=head, window=N"),
        arguments("compare --attention first-keys=4", "first-keys=4 needs a window"),
        arguments("compare --normalizers softmax+window=x", "'window=x' of the attention needs"),
        arguments(
            "compare --attention gate --normalizers softmax+gate=head",
            "The option 'gate' of the attention is named twice."),
        arguments("recall --attention window=0", "'window=0' of the attention needs"),
        arguments("recall --normalizers softmax,softmax+gates", "'gates' is no option"),
        arguments("compare --context 1", "--context is 1 but must be at least 2"),
        arguments("compare --steps 0", "--steps is 0 but must be at least 1"),
        arguments("compare --steps ten", "--steps is 'ten' but must be a whole number."),
        arguments(
            "recall --steps 99999999999",
            "--steps is '99999999999' but must be a whole number of at most 2147483647."),
        arguments("compare --quick=maybe", "--quick is 'maybe' but must be true or false."),
        arguments("compare --steps " + "x".repeat(113), "xx\u2026 (113 characters)' but must be"),
        arguments("compare --out=", "--out is '' but must be the path of a file or directory."),
        arguments("compare --text=", "--text is empty but must name a file."),
        arguments("compare --config=", "--config is ''"),
        arguments("normalize --normalizer=softmax --scores=1 --plot=", "--plot is ''"),
        arguments("compare --batch 0", "--batch"),
        arguments("compare --parallel 0", "--parallel is 0 but must be at least 1"),
        arguments("compare --seeds 1,1", "twice"),
        arguments("compare --heads 3", "--heads is 3 but must divide --width, which is 64"),
        arguments("compare --text " + directory.resolve("absent"), "is not a file"),
        arguments("compare --text " + notUtf8, "is not UTF-8"),
        arguments("compare --text " + shortText, "too short for --context 128"),
        arguments("compare --out " + file, "is a file, not a directory"),
        arguments("compare --out " + file.resolve("below"), "cannot be made"),
        arguments("temperature --temperatures 0.1,2", "--temperatures 0.1,2 lacks 1"),
        arguments("temperature --temperatures 0,1", "--temperatures is 0 but must be positive"),
        arguments("temperature --temperatures 1,x", "'x', not a number"),
        arguments("compare --seeds 1,ten", "--seeds is 'ten' but must be a whole number."),
        arguments("temperature --seeds 1,ten", "--seeds is 'ten' but must be a whole number."),
        arguments("recall --seeds 1,ten", "--seeds is 'ten' but must be a whole number."),
        arguments("temperature --seeds 2,2", "--seeds is [2, 2] but must not name a seed twice."),
        arguments("recall --seeds 2,2", "--seeds is [2, 2] but must not name a seed twice."),
        arguments("recall --seeds=", "--seeds is ''"),
        arguments("temperature --out=", "--out is ''"),
        arguments(
            "temperature --updaters sgd,rmsprop",
            "A value in --updaters is 'rmsprop' but must be one of sgd, momentum, adam."),
        arguments("temperature --updaters=", "--updaters is ''"),
        arguments("recall --out=", "--out is ''"),
        arguments("temperature --steps 0", "--steps is 0"),
        arguments("recall --normalizers ssmax", "--normalizers ssmax lacks softmax"),
        arguments("recall --length 5", "--length is 5 but must be at least 6"),
        arguments("recall --steps 0", "--steps is 0"),
        arguments("recall --out " + file, "is a file, not a directory"),
        arguments("normalize --scores 1,2", "--normalizer"),
        arguments("normalize --normalizer softmax", "--scores"),
        arguments("normalize --normalizer softmax --scores 1,x", "'x', not a number"),
        arguments("normalize --normalizer softmax --scores 1,NaN", "'NaN', not a number"),
        arguments("normalize --normalizer softmax --scores 1,1e999", "too large"),
        arguments(
            "normalize --normalizer softmax --scores 1,2 --gradient 1",
            "--gradient has 1 value but --scores has 2"),
        arguments("normalize --normalizer softmax --scores 1 --gradient null", "not a number"),
        arguments("normalize --normalizer softmax --scores 1 --execution gpu", "graph or fused"),
        arguments(
            "normalize --normalizer uniform-for-test --scores 1 --execution fused",
            "Normalizer 'uniform-for-test' has no row kernel; use --execution graph."),
        arguments("paper --windows 0", "--windows is 0 but must be at least 1"),
        arguments("paper --lengths 8,x", "--lengths is 'x' but must be a whole number."),
        arguments("paper --out " + file, "is a file, not a directory"),
        arguments("paper --text " + directory.resolve("absent"), "is not a file"),
        arguments("pretrained --sentences 0", "--sentences is 0 but must be at least 1"),
        arguments("pretrained --threads -1", "--threads is -1 but must be at least 1"),
        arguments("pretrained --context 5", "--context needs --model"),
        arguments("pretrained --model " + directory, "--model needs --text"),
        arguments("pretrained --model=", "--model is ''"),
        arguments("pretrained --text " + directory.resolve("absent"), "is not a file"),
        arguments("pretrained --text " + notUtf8, "is not UTF-8"),
        arguments("pretrained --text " + file, "is empty"),
        arguments(
            "pretrained --time --model " + directory + " --text " + shortText,
            "--time does not go with --model"),
        arguments(
            "pretrained --model " + file + " --text " + shortText,
            "a-file is not a folder, nor characters"),
        arguments(
            "pretrained --model " + directory + " --text " + shortText,
            directory + ": there must be config.json"));
  }

  @ParameterizedTest
  @MethodSource("badArguments")
  void badArgumentsGetOneSentenceAndStatusTwo(String line, String expected) {
    String[] words =
        Arrays.stream(line.split(" ")).filter(w -> !w.isEmpty()).toArray(String[]::new);

    CommandLineRun run = CommandLineRun.of(words);

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(expected).endsWith("." + System.lineSeparator());
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).doesNotContain("Exception", "\tat ", "Usage");
  }

  /** What a user typed comes back in part, and no time is spent on it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "normalize --normalizer softmax --scores @",
        "normalize --normalizer softmax --scores 1 --gradient @",
        "normalize --normalizer softmax:@ --scores 1",
        "normalize --normalizer {'type':'top-k','k':@} --scores 1",
        "normalize --normalizer {'type':'@'} --scores 1",
        "normalize --normalizer @ --scores 1",
        "normalize --normalizer softmax --scores 1 --execution @",
        "normalize --normalizer softmax --scores 1 --plot @",
        "compare --seeds @",
        "compare --steps @",
        "compare --ui=@",
        "compare --normalizers softmax,@",
        "compare --text @",
        "compare --out @",
        "compare --config @",
        "compare --@",
        "compare @",
        "@",
        "temperature --temperatures 1,@",
        "temperature --updaters @",
        "recall --length @",
        "recall --normalizers softmax,top-k:@",
        "paper --geometry @",
        "paper --lengths @",
        "paper --network @",
        "pretrained --model @",
        "pretrained --text @",
        "pretrained --sentences @"
      })
  @Timeout(60)
  void longInputIsNotEchoed(String line) {
    String digits = "7".repeat(200_001);
    String[] words =
        Arrays.stream(line.replace('\'', '"').split(" "))
            .map(word -> word.replace("@", digits))
            .toArray(String[]::new);

    CommandLineRun run = CommandLineRun.of(words);

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).doesNotContain("7".repeat(101), "Exception").hasSizeLessThan(1000);
  }

  @Test
  void withoutAGradientNoneIsPrinted() {
    assertThat(CommandLineRun.of("normalize", "--normalizer=softmax", "--scores=0,0").out().strip())
        .isEqualTo("{\"weights\":[0.5,0.5]}");
  }

  @Test
  void resultsThatNobodyCanReadAreNoSuccess() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();

    int status =
        Main.run(
            new PrintStream(full),
            new PrintStream(err, true),
            StandardCharsets.UTF_8,
            "normalize",
            "--normalizer=softmax",
            "--scores=1");

    assertThat(status).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8).strip())
        .isEqualTo("Standard output cannot be written to.");
  }

  @Test
  void whatACharacterSetLacksIsWrittenInAscii() {
    assertThat(
            ConsoleText.plain(
                "3.1 \u00b1 0.2 \u2013 \u2026 caf\u00e9 N\u209b/N d\u0303 \u4e2d", ascii()))
        .isEqualTo("3.1 +- 0.2 - ... cafe Ns/N d ?");
    assertThat(CommandLineRun.of(StandardCharsets.US_ASCII, "recall", "--help").out())
        .doesNotContain("?");
  }

  private static CharsetEncoder ascii() {
    return StandardCharsets.US_ASCII.newEncoder();
  }

  @Test
  void helpAndVersionAreResults() {
    for (String[] words :
        new String[][] {
          {"--help"},
          {"--version"},
          {"compare", "--help"},
          {"compare", "--version"},
          {"temperature", "--help"},
          {"recall", "--help"},
          {"paper", "--help"},
          {"normalize", "--help"},
          {"normalize", "--version"}
        }) {
      CommandLineRun run = CommandLineRun.of(words);

      assertThat(run.status()).as(String.join(" ", words)).isZero();
      assertThat(run.out()).contains("attention4j");
      assertThat(run.err()).isEmpty();
    }
    assertThat(CommandLineRun.of("--version").out()).doesNotContain("${", "null");
  }

  @Test
  void normalizePrintsOneJsonObject() {
    CommandLineRun run =
        CommandLineRun.of(
            "normalize",
            "--normalizer",
            "{\"type\":\"top-k\",\"k\":2}",
            "--scores",
            "1,2,3,null",
            "--gradient",
            "0.1,0,-1,0");

    assertThat(run.status()).isZero();
    // p = sigmoid(-1), sigmoid(1); dz = +-p1 p2.
    assertThat(run.out().strip())
        .matches(
            "\\{\"weights\":\\[0\\.0,0\\.26894142136999\\d*,0\\.73105857863000\\d*,0\\.0],"
                + "\"gradient\":\\[0\\.0,0\\.1966119332414\\d*,-0\\.1966119332414\\d*,0\\.0],"
                + "\"parameterGradients\":\\{}}");
  }

  @Test
  void shortFormsAndJsonMeanTheSame() {
    String[] common = {"--scores", "0.5,1,-2", "--gradient", "1,0,0"};
    CommandLineRun json = normalize("{\"type\":\"entmax\",\"alpha\":1.5}", common);

    assertThat(json.status()).isZero();
    assertThat(normalize("entmax:1.5", common)).isEqualTo(json);
    assertThat(normalize("entmax:2", common)).isNotEqualTo(json);
  }

  @Test
  void learnableParametersGetGradients() {
    CommandLineRun run = normalize("ssmax", "--scores", "1,2", "--gradient", "1,0");

    assertThat(run.out()).containsPattern("\"parameterGradients\":\\{\"\\w+\":-0\\.\\d+}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "softmax",
        "softmax:0.5",
        "softmax1",
        "sink",
        "adaptive-temperature",
        "top-k:2",
        "top-fraction:0.4",
        "sparsemax",
        "entmax:1.5",
        "asentmax",
        "ssmax",
        "log-n:2",
        "softpick",
        "sigmoid",
        "relu",
        "self-adjust",
        "top-power:0.75",
        "top-p:0.8",
        "soft-cap:2",
        "llama4-scale:2",
        "{\"type\":\"soft-cap\",\"cap\":2,\"normalizer\":\"llama4-scale:2\"}",
        "{\"type\":\"entmax\",\"alpha\":1.3,\"learnable\":true}"
      })
  void bothPathsPrintTheSame(String normalizer) throws IOException {
    String[] row = {"--scores", "1.25,null,-0.5,3,0.75", "--gradient", "0.5,7,-1,0.25,2"};
    CommandLineRun graph = normalize(normalizer, row);
    CommandLineRun fused =
        normalize(
            normalizer,
            Stream.concat(Arrays.stream(row), Stream.of("--execution", "FUSED"))
                .toArray(String[]::new));

    assertThat(fused.status()).as(fused.err()).isZero();
    JsonNode expected = new JsonMapper().readTree(graph.out());
    JsonNode actual = new JsonMapper().readTree(fused.out());
    for (String field : List.of("weights", "gradient", "parameterGradients")) {
      assertThat(actual.get(field).size()).isEqualTo(expected.get(field).size());
      assertThat(numbers(actual.get(field)))
          .as(field)
          .containsExactly(numbers(expected.get(field)), within(1e-9));
    }
    assertThat(numbers(actual.get("weights"))[1]).isZero();
  }

  private static double[] numbers(JsonNode node) {
    double[] numbers = new double[node.size()];
    int next = 0;
    for (JsonNode number : node) {
      numbers[next++] = number.asDouble();
    }
    return numbers;
  }

  private static CommandLineRun normalize(String normalizer, String... others) {
    return CommandLineRun.of(
        Stream.concat(Stream.of("normalize", "--normalizer", normalizer), Arrays.stream(others))
            .toArray(String[]::new));
  }
}
