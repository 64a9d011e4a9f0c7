package org.attention4j.examples.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.attention4j.examples.CommandLineRun;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Wrong command lines and files: each ends with status 2 and one sentence that names the option,
 * what is wrong and what would be right, before anything is written.
 */
@Timeout(120)
class CommandsTest {
  @TempDir static Path directory;

  /**
   * A row of the table.
   *
   * @param line the command line; {@code @name} is a file of {@link #directory}
   * @param words what the sentence names
   */
  private record Wrong(String line, List<String> words) {
    String[] arguments() {
      return Arrays.stream(line.split(" "))
          .map(word -> word.replace("@", directory + "/"))
          .toArray(String[]::new);
    }

    @Override
    public String toString() {
      return line;
    }
  }

  private static Wrong wrong(String line, String... words) {
    return new Wrong(line, List.of(words));
  }

  @BeforeAll
  static void files() throws IOException {
    Files.writeString(directory.resolve("a-file"), "kept");
    Files.writeString(directory.resolve("short.txt"), "too short");
    Files.writeString(directory.resolve("empty.txt"), "");
    Files.write(directory.resolve("latin1.txt"), new byte[] {'a', (byte) 0xe9, 'b'});
    Files.createDirectory(directory.resolve("a-folder"));
    config("sizes", "steps: 0");
    config("words", "steps: many");
    config("fraction", "steps: 2.5");
    config("unknown", "stepz: 3");
    config("twice", "steps: 3\nsteps: 4");
    config("list", "[1, 2]");
    config("half", "steps: [");
    config("seeds", "seeds: [1, 1]");
    config("nan", "steps: .nan");
    config("infinite", "width: .inf");
    config("class", "steps: !!java.lang.Runtime {}");
    config("normalizer", "normalizers: [{type: quux}]");
    config("k", "normalizers: [{type: top-k, k: 0}]");
    config("deep", "steps: " + "[".repeat(5_000));
    Files.write(directory.resolve("bytes.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    Path model = Files.createDirectory(directory.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{\"model_type\": \"gpt2\"");
    Path mamba = Files.createDirectory(directory.resolve("mamba"));
    Files.writeString(mamba.resolve("config.json"), "{\"model_type\": \"mamba\"}");
  }

  private static void config(String name, String yaml) throws IOException {
    Files.writeString(directory.resolve(name + ".yaml"), yaml);
  }

  static Stream<Wrong> options() {
    return Stream.of(
        wrong("frobnicate", "no command 'frobnicate'", "compare"),
        wrong("compare --stepz 3", "'--stepz'", "--steps"),
        wrong("compare extra", "'extra'", "options only"),
        wrong("compare --steps 0", "--steps is 0", "at least 1"),
        wrong("compare --steps -5", "--steps is -5", "at least 1"),
        wrong("compare --steps NaN", "--steps is 'NaN'", "whole number"),
        wrong("compare --steps 1e3", "--steps is '1e3'", "whole number"),
        wrong("compare --steps 2147483648", "--steps is '2147483648'", "at most 2147483647"),
        wrong("compare --context 1", "--context is 1", "at least 2"),
        wrong("compare --batch -1", "--batch is -1", "at least 1"),
        wrong("compare --width 0", "--width is 0", "at least 1"),
        wrong("compare --heads 0", "--heads is 0", "at least 1"),
        wrong("compare --heads 5", "--heads is 5", "divide --width"),
        wrong("compare --monitor-every 0", "--monitor-every is 0", "at least 1"),
        wrong("compare --parallel -2", "--parallel is -2", "at least 1"),
        wrong("compare --ui 65536", "--ui is 65536", "65535"),
        wrong("compare --ui -1", "--ui is -1", "65535"),
        wrong("compare --quick=maybe", "--quick is 'maybe'", "true or false"),
        wrong("compare --normalizers quux", "'quux'", "known are softmax"),
        wrong("compare --normalizers softmax:0", "'temperature' is 0", "positive"),
        wrong("compare --normalizers softmax:Infinity", "'Infinity'", "decimal number"),
        wrong("compare --normalizers entmax:1", "'alpha' is 1", "above 1"),
        wrong("compare --normalizers top-k:0", "'k' is 0", "at least 1"),
        wrong("compare --normalizers top-fraction:2", "'fraction' is 2", "at most 1"),
        wrong("compare --normalizers softmax,softmax", "twice", "--normalizers"),
        wrong("compare --seeds=", "--seeds is ''", "whole number"),
        wrong("compare --seeds 1,1", "--seeds is [1, 1]", "twice"),
        wrong("recall --length 5", "--length is 5", "at least 6"),
        wrong("recall --length NaN", "--length is 'NaN'", "whole number"),
        wrong("recall --steps 0", "--steps is 0", "at least 1"),
        wrong("recall --normalizers ssmax", "lacks softmax", "compared with"),
        wrong("temperature --steps 0", "--steps is 0", "at least 1"),
        wrong("temperature --temperatures 0,1", "--temperatures is 0", "positive"),
        wrong("temperature --temperatures -1,1", "--temperatures is -1", "positive"),
        wrong("temperature --temperatures NaN,1", "'NaN'", "not a number"),
        wrong("temperature --temperatures 1e999,1", "too large"),
        wrong("temperature --temperatures 0.1,2", "lacks 1", "compared with"),
        wrong("temperature --updaters rmsprop", "'rmsprop'", "one of sgd, momentum, adam"),
        wrong("normalize --normalizer softmax --scores 1,NaN", "'NaN'", "not a number"),
        wrong("normalize --normalizer softmax --scores=", "--scores", "number"),
        wrong(
            "normalize --normalizer softmax --scores 1,2 --gradient 1",
            "--gradient has 1 value",
            "as many"),
        wrong(
            "normalize --normalizer softmax --scores 1 --execution gpu",
            "--execution is 'gpu'",
            "graph or fused"),
        wrong("pretrained --sentences 0", "--sentences is 0", "at least 1"),
        wrong("pretrained --threads 0", "--threads is 0", "at least 1"),
        wrong("pretrained --context 5", "--context", "needs --model"));
  }

  static Stream<Wrong> hostileFiles() {
    return Stream.of(
        wrong("compare --out @a-file", "--out", "a-file is a file, not a directory"),
        wrong("compare --out @a-file/below", "--out", "cannot be made"),
        wrong("recall --out @a-file", "--out", "not a directory"),
        wrong("recall --out @a-file/below", "--out", "cannot be made"),
        wrong("temperature --out @a-file", "--out", "not a directory"),
        wrong("temperature --out @a-file/below", "--out", "cannot be made"),
        wrong("compare --text @absent", "--text", "absent is not a file"),
        wrong("compare --text @a-folder", "--text", "a-folder is not a file"),
        wrong("compare --text @latin1.txt", "--text", "latin1.txt is not UTF-8"),
        wrong("compare --text @short.txt", "too short for --context 128", "each part needs more"),
        wrong("compare --text @empty.txt", "too short for --context 128", "0 characters"),
        wrong("compare --config @absent", "--config", "absent is not a file"),
        wrong("compare --config @a-folder", "--config", "a-folder is not a file"),
        wrong("compare --config @sizes.yaml", "--steps is 0", "at least 1"),
        wrong("compare --config @words.yaml", "'steps' is 'many'", "whole number"),
        wrong("compare --config @fraction.yaml", "'steps' is '2.5'", "whole number"),
        wrong("compare --config @unknown.yaml", "no setting 'stepz'", "known are attention, batch"),
        wrong("compare --config @twice.yaml", "twice.yaml", "steps"),
        wrong("compare --config @list.yaml", "holds no settings", "'steps: 300'"),
        wrong("compare --config @half.yaml", "half.yaml is not YAML", "line"),
        wrong("compare --config @seeds.yaml", "--seeds is [1, 1]", "twice"),
        wrong("compare --config @nan.yaml", "nan.yaml is not YAML, line 1: ", "'.nan'"),
        wrong("compare --config @infinite.yaml", "infinite.yaml is not YAML, line 1: ", "'.inf'"),
        wrong("compare --config @class.yaml", "class.yaml", "'steps'"),
        wrong("compare --config @normalizer.yaml", "'quux'", "known are softmax"),
        wrong("compare --config @k.yaml", "'k' is 0", "at least 1"),
        wrong("compare --config @deep.yaml", "deep.yaml", "nested too deeply"),
        wrong("compare --config @bytes.yaml", "bytes.yaml is not UTF-8"),
        wrong(
            "normalize --normalizer softmax --scores 0,1 --plot @p.svg",
            "--plot",
            "must end in .png"),
        wrong(
            "normalize --normalizer softmax --scores 0,1 --plot @absent/p.png",
            "--plot",
            "no directory"),
        wrong("normalize --normalizer softmax --scores null --plot @p.png", "--plot", "masked"),
        wrong("pretrained --text @absent", "--text", "absent is not a file"),
        wrong("pretrained --text @empty.txt", "--text", "is empty"),
        wrong("pretrained --model @a-file --text @short.txt", "--model", "a-file is not a folder"),
        wrong(
            "pretrained --model @a-folder --text @short.txt",
            "--model",
            "there must be config.json"),
        wrong("pretrained --model @model --text @short.txt", "--model", "must be JSON"),
        wrong(
            "pretrained --model @mamba --text @short.txt",
            "--model",
            "there must be model.safetensors"));
  }

  @ParameterizedTest
  @MethodSource({"options", "hostileFiles"})
  void endsWithOneSentenceAndStatusTwo(Wrong wrong) throws IOException {
    List<Path> before = everything();

    CommandLineRun run = CommandLineRun.of(wrong.arguments());

    assertThat(run.status()).as(run.err()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err())
        .contains(wrong.words())
        .endsWith("." + System.lineSeparator())
        .doesNotContain("Exception", "\tat ", "Usage", "fasterxml");
    assertThat(everything()).as("nothing half-written stays").isEqualTo(before);
    assertThat(directory.resolve("a-file")).hasContent("kept");
  }

  private static List<Path> everything() throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.sorted().toList();
    }
  }
}
