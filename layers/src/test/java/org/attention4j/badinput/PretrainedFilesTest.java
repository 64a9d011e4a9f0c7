package org.attention4j.badinput;

import static org.attention4j.badinput.Wrong.wrong;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.attention4j.pretrained.ModelFileException;
import org.attention4j.pretrained.Pretrained;
import org.attention4j.pretrained.RandomModels;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged and hostile files of published models: a right model with one thing changed. */
class PretrainedFilesTest {
  private static final String CONFIG = "config.json";
  private static final String TENSORS = "model.safetensors";

  @TempDir static Path directory;

  private static Wrong config(String part, String other, String... words) {
    return changed(
        part + " becomes " + shortened(other), CONFIG, text -> text.replace(part, other), words);
  }

  private static String shortened(String text) {
    return text.length() > 40 ? text.substring(0, 40) : text;
  }

  /** Files as ISO 8859-1, in which every byte is a character. */
  private static Wrong changed(
      String name, String file, UnaryOperator<String> change, String... words) {
    return wrong(
        name,
        load(
            folder -> {
              Path changed = folder.resolve(file);
              String before = Files.readString(changed, StandardCharsets.ISO_8859_1);
              String after = change.apply(before);
              if (before.equals(after)) {
                throw new IllegalStateException("Nothing was changed: " + name);
              }
              Files.writeString(changed, after, StandardCharsets.ISO_8859_1);
            }),
        ModelFileException.class,
        words);
  }

  private interface Change {
    void in(Path folder) throws IOException;
  }

  private static ThrowingCallable load(Change change) {
    return () -> {
      Path folder = RandomModels.gpt2(Files.createTempDirectory(directory, "model"));
      change.in(folder);
      Pretrained.load(folder);
    };
  }

  private static String half(String text) {
    return text.substring(0, text.length() / 2);
  }

  static Stream<Wrong> configurations() {
    return Stream.of(
        config("\"gpt2\"", "\"mamba\"", "model_type is 'mamba'", "one of"),
        config("\"gpt2\"", "7", "model_type is '7'", "text"),
        config("\"vocab_size\": 97", "\"vocab_size\": 0", "vocab_size is '0'", "from 1"),
        config("\"vocab_size\": 97", "\"vocab_size\": -1", "vocab_size is '-1'", "from 1"),
        config("\"vocab_size\": 97", "\"vocab_size\": 1e99", "vocab_size is", "whole number"),
        config("\"vocab_size\": 97", "\"vocab_size\": null", "vocab_size", "whole number"),
        config(
            "\"vocab_size\": 97",
            "\"vocab_size\": 2147483647",
            "'wte.weight' is [97, 15]",
            "[2147483647, 15]"),
        config("\"n_layer\": 2", "\"n_layer\": 2147483647", "'h.2.attn.c_attn.weight'", "missing"),
        config("\"n_layer\": 2", "\"n_layer\": 0", "n_layer is '0'", "from 1"),
        config("\"n_head\": 3", "\"n_head\": 4", "n_head is '4'", "divisor of n_embd 15"),
        config(
            "\"n_head\": 3",
            "\"n_head\": \"" + "3".repeat(10_000) + "\"",
            "n_head is '333",
            "whole number"),
        config("\"n_embd\": 15", "\"n_embd\": [15]", "n_embd is '[15]'", "whole number"),
        config("1e-3", "0", "layer_norm_epsilon is '0'", "above 0"),
        config("1e-3", "1e999", "layer_norm_epsilon is", "a number"),
        config("1e-3", "\"NaN\"", "layer_norm_epsilon is 'NaN'", "a number"),
        config("\"attn_pdrop\": 0.0", "\"attn_pdrop\": 1", "attn_pdrop is '1'", "below 1"),
        config("\"n_head\"", "\"n_embd\"", CONFIG, "JSON without repeated names"),
        changed("half a config.json", CONFIG, PretrainedFilesTest::half, CONFIG, "must be JSON"),
        changed("an empty config.json", CONFIG, text -> "", CONFIG, "must be"),
        changed("a list as config.json", CONFIG, text -> "[]", CONFIG, "must be"),
        changed(
            "a deep config.json",
            CONFIG,
            text -> "{\"a\":" + "[".repeat(100_000),
            CONFIG,
            "depth of brackets",
            "at most 50"));
  }

  static Stream<Wrong> tensors() {
    return Stream.of(
        changed("half the tensors", TENSORS, PretrainedFilesTest::half, TENSORS, "but must be"),
        changed(
            "seven bytes",
            TENSORS,
            text -> text.substring(0, 7),
            TENSORS,
            "length is 7",
            "at least 8"),
        changed("no bytes", TENSORS, text -> "", TENSORS, "length is 0", "at least 8"),
        changed(
            "a byte more",
            TENSORS,
            text -> text + "x",
            TENSORS,
            "number of bytes",
            "what the tensors take"),
        changed(
            "a huge header",
            TENSORS,
            text -> "\u00ff".repeat(7) + "\u007f" + text.substring(8),
            TENSORS,
            "header's length",
            "at most"),
        changed(
            "another type",
            TENSORS,
            text -> text.replaceFirst("F32", "F31"),
            TENSORS,
            "'F31'",
            "one of F32"),
        changed(
            "whole numbers",
            TENSORS,
            text -> text.replaceFirst("F32", "I32"),
            TENSORS,
            "I32",
            "F32"),
        changed(
            "a tensor under another name",
            TENSORS,
            text -> text.replace("wte.weight", "wtf.weight"),
            "'wte.weight'",
            "missing"),
        changed(
            "a header that is no JSON",
            TENSORS,
            text -> text.substring(0, 8) + "<" + text.substring(9),
            TENSORS,
            "header",
            "must be"),
        wrong(
            "no tensors",
            load(folder -> Files.delete(folder.resolve(TENSORS))),
            ModelFileException.class,
            "there must be model.safetensors",
            "pytorch_model.bin"),
        wrong(
            "no config.json",
            load(folder -> Files.delete(folder.resolve(CONFIG))),
            ModelFileException.class,
            "there must be config.json"),
        wrong(
            "a folder in the tensors' place",
            load(
                folder -> {
                  Files.delete(folder.resolve(TENSORS));
                  Files.createDirectory(folder.resolve(TENSORS));
                }),
            ModelFileException.class,
            "there must be model.safetensors"),
        wrong(
            "an index that leads outside",
            load(
                folder -> {
                  Files.delete(folder.resolve(TENSORS));
                  Files.writeString(
                      folder.resolve(TENSORS + ".index.json"),
                      "{\"weight_map\":{\"wte.weight\":\"../../etc/passwd\"}}");
                }),
            ModelFileException.class,
            "../../etc/passwd",
            "must be"),
        wrong(
            "an index without files",
            load(
                folder -> {
                  Files.delete(folder.resolve(TENSORS));
                  Files.writeString(folder.resolve(TENSORS + ".index.json"), "{}");
                }),
            ModelFileException.class,
            "index.json",
            "there must be an object weight_map"),
        wrong(
            "an index of a file that is not there",
            load(
                folder -> {
                  Files.move(folder.resolve(TENSORS), folder.resolve("other.safetensors"));
                  Files.writeString(
                      folder.resolve(TENSORS + ".index.json"),
                      "{\"weight_map\":{\"wte.weight\":\"a.safetensors\"}}");
                }),
            ModelFileException.class,
            "'a.safetensors'",
            "missing"),
        wrong(
            "numbers NaN",
            load(
                folder -> {
                  byte[] bytes = Files.readAllBytes(folder.resolve(TENSORS));
                  Arrays.fill(bytes, bytes.length - 4, bytes.length, (byte) 0xff);
                  Files.write(folder.resolve(TENSORS), bytes);
                }),
            ModelFileException.class,
            "is NaN",
            "finite"));
  }

  static Stream<Wrong> arguments() {
    return Stream.of(
        wrong(
            "no folder",
            () -> Pretrained.load(null),
            "Pretrained",
            "folder is null",
            "config.json"),
        wrong(
            "no text",
            () -> Pretrained.from(null, null),
            "Pretrained",
            "config is null",
            "the text of config.json"),
        wrong(
            "no tensors",
            () -> Pretrained.from("{}", null),
            "Pretrained",
            "tensors is null",
            "SafeTensors"),
        wrong(
            "no normalizer",
            () -> Pretrained.from(directory).normalizer(null),
            "Pretrained",
            "normalizer is null",
            "Normalizers.softmax()"),
        wrong(
            "no updater",
            () -> Pretrained.from(directory).updater(null),
            "Pretrained",
            "updater is null",
            "Adam"));
  }

  @ParameterizedTest
  @MethodSource({"configurations", "tensors", "arguments"})
  void isRefused(Wrong wrong) {
    wrong.assertRefused();
  }
}
