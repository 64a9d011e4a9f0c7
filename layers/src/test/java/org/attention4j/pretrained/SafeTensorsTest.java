package org.attention4j.pretrained;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SafeTensorsTest {
  private static final String FILE = "model.safetensors";

  @TempDir Path folder;

  private static SafeTensors open(byte[] bytes) throws IOException {
    return SafeTensors.open(FILE, FileBytes.of(bytes));
  }

  private static float[] all(TensorSource source, String name) throws IOException {
    int count = (int) Arrays.stream(source.shape(name)).reduce(1, (a, b) -> a * b);
    float[] values = new float[count];
    source.read(name, 0, values, count);
    return values;
  }

  private static float[] random(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Windows smaller than a tensor, and not aligned with its numbers. */
  @ParameterizedTest
  @ValueSource(ints = {8, 13, 64, 1 << 30})
  void reads_a_file_through_windows_of_any_size(int window) throws IOException {
    Random random = new Random(3);
    float[] first = random(random, 35);
    float[] third = random(random, 11);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors.put("a", StoredTensor.f32(first, 5, 7));
    tensors.put("odd", new StoredTensor("U8", new long[] {3}, new byte[] {1, 2, 3}));
    tensors.put("b.weight", StoredTensor.f32(third, 11));
    tensors.put("scalar", StoredTensor.f32(new float[] {42}));
    tensors.put("empty", StoredTensor.f32(new float[0], 0, 13));
    Path file = Files.write(folder.resolve(FILE), SafeTensorsFile.of(tensors));

    try (SafeTensors source = SafeTensors.open(file.toString(), FileBytes.open(file, window))) {
      assertThat(source.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
      assertThat(source.shape("a")).containsExactly(5, 7);
      assertThat(source.shape("empty")).containsExactly(0, 13);
      assertThat(source.shape("scalar")).isEmpty();
      assertThat(source.file("a")).isEqualTo(file.toString());
      assertThat(all(source, "a")).containsExactly(first);
      assertThat(all(source, "b.weight")).containsExactly(third);
      assertThat(all(source, "scalar")).containsExactly(42);
      assertThat(all(source, "empty")).isEmpty();
      float[] part = new float[19];
      source.read("a", 16, part, 17);
      assertThat(Arrays.copyOf(part, 17)).containsExactly(Arrays.copyOfRange(first, 16, 33));
      assertThat(part[17]).isZero();
    }
  }

  /** Each of the 65,536 patterns, by the definition of the type in DOUBLE. */
  @Test
  void converts_every_half_exactly() throws IOException {
    byte[] bytes = new byte[2 << 16];
    for (int i = 0; i < 1 << 16; i++) {
      bytes[2 * i] = (byte) i;
      bytes[2 * i + 1] = (byte) (i >> 8);
    }
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors.put("half", new StoredTensor("F16", new long[] {1 << 16}, bytes));
    tensors.put("brain", new StoredTensor("BF16", new long[] {1 << 16}, bytes));
    SafeTensors source = open(SafeTensorsFile.of(tensors));
    float[] half = all(source, "half");
    float[] brain = all(source, "brain");
    for (int i = 0; i < 1 << 16; i++) {
      Object expectedHalf = (float) number(i, 5, 10); // as objects: NaN is NaN, and 0 is not -0
      Object expectedBrain = (float) number(i, 8, 7);
      assertThat((Object) half[i]).as("half %x", i).isEqualTo(expectedHalf);
      assertThat((Object) brain[i]).as("brain %x", i).isEqualTo(expectedBrain);
    }
  }

  private static double number(int bits, int exponentBits, int fractionBits) {
    int bias = (1 << (exponentBits - 1)) - 1;
    double sign = bits >> 15 == 0 ? 1 : -1;
    int exponent = bits >> fractionBits & ((1 << exponentBits) - 1);
    double fraction = (bits & ((1 << fractionBits) - 1)) / (double) (1 << fractionBits);
    if (exponent == (1 << exponentBits) - 1) {
      return fraction == 0 ? sign / 0 : Double.NaN;
    }
    return exponent == 0
        ? sign * Math.scalb(fraction, 1 - bias)
        : sign * Math.scalb(1 + fraction, exponent - bias);
  }

  @Test
  void spaces_after_the_header_and_any_order_of_entries_are_right() throws IOException {
    float[] values = {1, 2, 3, 4, 5};
    byte[] numbers = StoredTensor.f32(values, 5).bytes();
    String header =
        "{"
            + SafeTensorsFile.entry("z", "F32", "[3]", 8, 20)
            + ", "
            + SafeTensorsFile.entry("a", "F32", "[2]", 0, 8)
            + "}   ";
    SafeTensors source = open(SafeTensorsFile.of(header, numbers));
    assertThat(all(source, "z")).containsExactly(3, 4, 5);
    assertThat(all(source, "a")).containsExactly(1, 2);
  }

  @Test
  void a_file_without_tensors_is_right() throws IOException {
    assertThat(open(SafeTensorsFile.of("{}", new byte[0])).names()).isEmpty();
  }

  private static byte[] with(String... entries) {
    return SafeTensorsFile.of("{" + String.join(",", entries) + "}", new byte[24]);
  }

  private static String f32(String name, String shape, long begin, long end) {
    return SafeTensorsFile.entry(name, "F32", shape, begin, end);
  }

  static Stream<Arguments> damaged() {
    byte[] right = with(f32("a", "[2,3]", 0, 24));
    return Stream.of(
        arguments(new byte[0], "the file's length is 0 but must be at least 8 bytes"),
        arguments(new byte[7], "the file's length is 7 but must be"),
        arguments(
            SafeTensorsFile.of(Long.MIN_VALUE, new byte[] {'{', '}'}, new byte[0]),
            "the header's length is 9223372036854775808 but must be at most 100000000 bytes."),
        arguments(
            SafeTensorsFile.of(-1, new byte[] {'{', '}'}, new byte[0]),
            "the header's length is 18446744073709551615 but must be at most 100000000"),
        arguments(
            SafeTensorsFile.of(100_000_001, new byte[] {'{', '}'}, new byte[0]),
            "the header's length is 100000001 but must be at most 100000000"),
        arguments(
            SafeTensorsFile.of(3, new byte[] {'{', '}'}, new byte[0]),
            "the header's length is 3 but must be at most 2, what the file has."),
        arguments(
            Arrays.copyOf(right, right.length - 1),
            "shape of tensor 'a' is [2, 3] but must be one of at most 23 bytes"),
        arguments(
            Arrays.copyOf(right, right.length + 1),
            "the number of bytes behind the header is 25 but must be 24, what the tensors take."),
        arguments(
            with(f32("a", "[3]", 0, 12), f32("b", "[4]", 8, 24)),
            "data_offsets of tensor 'b' is [8, 24] but must be from 12 on"),
        arguments(
            with(f32("a", "[2]", 0, 8), f32("b", "[3]", 12, 24)),
            "data_offsets of tensor 'b' is [12, 24] but must be from 8 on"),
        arguments(
            with(f32("a", "[6]", 0, 24), f32("b", "[6]", 0, 24)),
            "data_offsets of tensor 'b' is [0, 24] but must be from 24 on"),
        arguments(
            with(f32("a", "[2,3]", 0, 20)),
            "is [0, 20] but must be 24 bytes apart, for the shape [2, 3] of F32."),
        arguments(with(f32("a", "[2,3]", 24, 0)), "is [24, 0] but must be from 0 on"),
        arguments(
            with(f32("a", "[0]", 0, 0), f32("b", "[2,2]", 0, 16), f32("c", "[3]", 16, 28)),
            "data_offsets of tensor 'c' is [16, 28] but must be at most 24"),
        arguments(
            with(f32("a", "[4294967296,4294967296]", 0, 24)),
            "shape of tensor 'a' is [4294967296, 4294967296] but must be one of at most 24 bytes"),
        arguments(
            with(f32("a", "[9223372036854775808]", 0, 24)),
            "a number in shape of tensor 'a' is '9223372036854775808' but must be a whole number"),
        arguments(with(f32("a", "[-2,-3]", 0, 24)), "a number in shape of tensor 'a' is '-2'"),
        arguments(
            with(f32("a", "[" + "9".repeat(1_000_000) + "]", 0, 24)),
            "is '" + "9".repeat(80) + "…' but must be a whole number"),
        arguments(with(f32("a", "[2.0,3]", 0, 24)), "is a fraction but must be a whole number"),
        arguments(with(f32("a", "[\"2\"]", 0, 24)), "is text but must be a whole number"),
        arguments(with(f32("a", "[[2,3]]", 0, 24)), "is a list but must be a whole number"),
        arguments(with(f32("a", "6", 0, 24)), "shape of tensor 'a' is a whole number but must be"),
        arguments(
            with(f32("a", "[" + "1,".repeat(32) + "6]", 0, 24)),
            "the count of numbers in shape of tensor 'a' is higher but must be at most 32."),
        arguments(
            with(SafeTensorsFile.entry("a", "F31", "[6]", 0, 24)),
            "dtype of tensor 'a' is 'F31' but must be one of F32, F16, BF16"),
        arguments(
            with(f32("a", "[3]", 0, 12), f32("a", "[3]", 12, 24)),
            "the header has 'a' more than once."),
        arguments(
            with(
                "\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}"),
            "the header has dtype of tensor 'a' more than once."),
        arguments(
            with("\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,24]}"),
            "tensor 'a' must have shape."),
        arguments(
            with("\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[24]}"),
            "tensor 'a' must have data_offsets, two numbers."),
        arguments(
            with("\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24,24]}"),
            "the count of numbers in data_offsets of tensor 'a' is higher but must be at most 2."),
        arguments(
            with("\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"stride\":[1]}"),
            "a field of tensor 'a' is 'stride' but must be dtype, shape or data_offsets."),
        arguments(with("\"a\\u0000\\n\u2028\":7"), "tensor 'a???' is a whole number but must be"),
        arguments(with("\"__metadata__\":{\"a\":1}"), "a value of __metadata__ is a whole number"),
        arguments(
            with("\"__metadata__\":{}", "\"__metadata__\":{}"),
            "the header has '__metadata__' more than once."),
        arguments(SafeTensorsFile.of("[]", new byte[0]), "the header is a list but must be"),
        arguments(SafeTensorsFile.of("", new byte[0]), "the header is missing but must be"),
        arguments(SafeTensorsFile.of("{} {}", new byte[0]), "what follows the header's object is"),
        arguments(SafeTensorsFile.of("{", new byte[0]), "the header at character 1 is no JSON"),
        arguments(
            SafeTensorsFile.of("[".repeat(1_000_000), new byte[0]),
            "the header is a list but must be an object."),
        arguments(
            SafeTensorsFile.of(7, "{\"\u00e9\":1}".getBytes(ISO_8859_1), new byte[0]),
            "the header is no UTF-8 but must be JSON in UTF-8."),
        arguments(
            SafeTensorsFile.of(4, "{}".getBytes(UTF_16LE), new byte[0]), "the header at character"),
        arguments(
            SafeTensorsFile.of(3, "{}x".getBytes(UTF_8), new byte[0]), "is no JSON but must be"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("damaged")
  void says_in_one_sentence_what_is_wrong(byte[] bytes, String message) {
    assertThatThrownBy(() -> open(bytes))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith(FILE + ": ")
        .hasMessageContaining(message)
        .hasMessageEndingWith(".")
        .hasMessageNotContainingAny("\n", "\u0000");
  }

  @Test
  void other_types_may_be_there_but_are_not_read() throws IOException {
    SafeTensors source =
        open(SafeTensorsFile.of(Map.of("ids", StoredTensor.i64(new long[] {1, 2, 3}, 3))));
    assertThat(source.shape("ids")).containsExactly(3);
    assertThatThrownBy(() -> source.read("ids", 0, new float[3], 3))
        .isInstanceOf(ModelFileException.class)
        .hasMessage(FILE + ": dtype of tensor 'ids' is I64 but must be F32, F16 or BF16.");
  }

  @Test
  void refuses_what_is_not_there() throws IOException {
    SafeTensors source =
        open(SafeTensorsFile.of(Map.of("a", StoredTensor.f32(new float[] {1, 2, 3}, 3))));
    assertThatThrownBy(() -> source.shape("b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(FILE + ": there is no tensor 'b'.");
    assertThatThrownBy(() -> source.file("b")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> source.read("a", 1, new float[3], 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> source.read("a", 0, new float[2], 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SafeTensors.open(folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void what_is_returned_changes_nothing() throws IOException {
    SafeTensors source =
        open(SafeTensorsFile.of(Map.of("a", StoredTensor.f32(new float[] {1, 2, 3}, 3))));
    source.shape("a")[0] = 5;
    assertThat(source.shape("a")).containsExactly(3);
    assertThatThrownBy(() -> source.names().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  /** A sparse file: one number lies where no Java buffer of the whole file could reach. */
  @Test
  void reads_beyond_two_gigabytes() throws IOException {
    long begin = 4L * 800_000_000;
    String header =
        "{"
            + f32("far", "[800000000]", 0, begin)
            + ","
            + f32("end", "[3]", begin, begin + 12)
            + "}";
    byte[] start = SafeTensorsFile.of(header, new byte[0]);
    Path file = folder.resolve(FILE);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      channel.write(ByteBuffer.wrap(start));
      channel.write(
          ByteBuffer.wrap(StoredTensor.f32(new float[] {-1, 7, 13}, 3).bytes()),
          start.length + begin);
    }
    try (SafeTensors source = SafeTensors.open(file)) {
      assertThat(all(source, "end")).containsExactly(-1, 7, 13);
      float[] last = {1, 1};
      source.read("far", 799_999_998, last, 2);
      assertThat(last).containsExactly(0, 0);
    }
  }
}
