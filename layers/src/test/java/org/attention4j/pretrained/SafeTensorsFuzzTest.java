package org.attention4j.pretrained;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Opens 100,000 files that were right before a random change, with a fixed seed. */
final class SafeTensorsFuzzTest {
  private static final String FILE = "fuzzed";
  private static final int FILES = 100_000;

  /** Far above what a file of some hundred bytes needs, far below what hostile ones ask for. */
  private static final long MOST_BYTES = 1 << 20;

  private static final Pattern NUMBER = Pattern.compile("-?[0-9]+");
  private static final Pattern DIGITS_AND_NAMES = Pattern.compile("'[^']*'|\\[[^]]*]|[0-9]+");

  private static final String[] NUMBERS = {
    "0",
    "-1",
    "1",
    "3",
    "4",
    "8",
    "255",
    "2147483647",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "1e3",
    "0.5",
    "-0",
    "1e400",
    "null",
    "true",
    "[]",
    "{}",
    "\"7\"",
    "00"
  };

  private static final String[] TEXTS = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\"F32\"",
    "\"F16\"",
    "\"I64\"",
    "\"dtype\"",
    "\"shape\"",
    "\"data_offsets\"",
    "\"__metadata__\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "/*",
    "NaN",
    "'",
    " ",
    "\n"
  };

  private static final long[] LENGTHS = {
    0,
    1,
    7,
    8,
    100_000_000,
    100_000_001,
    Integer.MAX_VALUE,
    1L << 31,
    1L << 32,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -8
  };

  private final Random random = new Random(20_261_128);
  private final ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void a_damaged_file_is_refused_in_one_sentence_or_read_whole() {
    byte[][] right = right();
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int i = 0; i < FILES; i++) {
      byte[] file = mutated(right[random.nextInt(right.length)]);
      long before = memory.getCurrentThreadAllocatedBytes();
      String outcome = outcome(file);
      assertThat(memory.getCurrentThreadAllocatedBytes() - before)
          .as("bytes reserved for file %d", i)
          .isLessThan(MOST_BYTES);
      outcomes.merge(outcome, 1, Integer::sum);
    }
    // The changes reach every check, not only the first ones.
    assertThat(outcomes.getOrDefault("read", 0)).isGreaterThan(FILES / 50);
    assertThat(outcomes.size()).isGreaterThan(25);
  }

  private static String outcome(byte[] bytes) {
    try (SafeTensors source = SafeTensors.open(FILE, FileBytes.of(bytes))) {
      readAll(source, bytes.length);
      return "read";
    } catch (ModelFileException e) {
      String message = e.getMessage();
      assertThat(message).startsWith(FILE + ": ").endsWith(".").hasSizeLessThan(2_000);
      assertThat(message.chars().noneMatch(Character::isISOControl)).as(message).isTrue();
      return DIGITS_AND_NAMES.matcher(message).replaceAll("_");
    } catch (IOException | RuntimeException e) {
      throw new AssertionError(Arrays.toString(bytes), e);
    }
  }

  /** All tensors together have no more bytes than the file. */
  private static void readAll(SafeTensors source, int length) throws IOException {
    long bytes = 0;
    for (String name : source.names()) {
      long count = Arrays.stream(source.shape(name)).reduce(1, (a, b) -> a * b);
      float[] values = new float[Math.toIntExact(count)];
      try {
        source.read(name, 0, values, values.length);
        bytes += 2 * count;
      } catch (ModelFileException e) {
        assertThat(e).hasMessageEndingWith("but must be F32, F16 or BF16.");
        bytes += count;
      }
    }
    assertThat(bytes).isLessThanOrEqualTo(length);
  }

  private static byte[][] right() {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors.put("a.weight", StoredTensor.f32(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    byte[] one = SafeTensorsFile.of(tensors);
    tensors.put("a.bias", StoredTensor.f16(new float[] {1, -2, 3}, 3));
    tensors.put("b", StoredTensor.bf16(new float[] {1, 2, 3, 4, 5}, 5, 1));
    tensors.put("ids", StoredTensor.i64(new long[] {7, 8}, 1, 2));
    tensors.put("empty", StoredTensor.f32(new float[0], 0, 7));
    tensors.put("one", StoredTensor.f32(new float[] {1}));
    return new byte[][] {one, SafeTensorsFile.of(tensors)};
  }

  private byte[] mutated(byte[] right) {
    byte[] file = right;
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      file =
          switch (random.nextInt(7)) {
            case 0 -> flipped(file);
            case 1 -> Arrays.copyOf(file, random.nextInt(file.length + 20));
            case 2 -> withLength(file, LENGTHS[random.nextInt(LENGTHS.length)]);
            case 3 -> spliced(file);
            case 4 -> withHeader(file, this::withOtherNumber);
            case 5 -> withHeader(file, this::withInsertedText);
            default -> withHeader(file, this::withoutPart);
          };
      if (file.length == 0) {
        return file;
      }
    }
    return file;
  }

  private byte[] flipped(byte[] file) {
    byte[] changed = file.clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      changed[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return changed;
  }

  private static byte[] withLength(byte[] file, long length) {
    byte[] changed = Arrays.copyOf(file, Math.max(file.length, Long.BYTES));
    ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    return changed;
  }

  /** Some bytes once more, at another position. */
  private byte[] spliced(byte[] file) {
    int from = random.nextInt(file.length);
    int to = Math.min(file.length, from + random.nextInt(40));
    int at = random.nextInt(file.length + 1);
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    changed.write(file, 0, at);
    changed.write(file, from, to - from);
    changed.write(file, at, file.length - at);
    return changed.toByteArray();
  }

  private interface Change {
    String apply(String header);
  }

  /** Changes the header and tells its new length, so that the change is found by reading it. */
  private static byte[] withHeader(byte[] file, Change change) {
    if (file.length < Long.BYTES) {
      return file;
    }
    long length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    int end = (int) Math.max(Long.BYTES, Math.min(file.length, length + Long.BYTES));
    String header = new String(file, Long.BYTES, end - Long.BYTES, UTF_8);
    return SafeTensorsFile.of(change.apply(header), Arrays.copyOfRange(file, end, file.length));
  }

  private String withOtherNumber(String header) {
    Matcher numbers = NUMBER.matcher(header);
    int chosen = random.nextInt(1 + (int) numbers.results().count());
    numbers.reset();
    for (int i = 0; i <= chosen && numbers.find(); i++) {
      if (i == chosen) {
        return header.substring(0, numbers.start())
            + NUMBERS[random.nextInt(NUMBERS.length)]
            + header.substring(numbers.end());
      }
    }
    return header;
  }

  private String withInsertedText(String header) {
    int at = random.nextInt(header.length() + 1);
    int end = Math.min(header.length(), at + random.nextInt(4));
    return header.substring(0, at) + TEXTS[random.nextInt(TEXTS.length)] + header.substring(end);
  }

  private String withoutPart(String header) {
    int at = random.nextInt(header.length() + 1);
    int end = Math.min(header.length(), at + random.nextInt(30));
    return header.substring(0, at) + header.substring(end);
  }
}
