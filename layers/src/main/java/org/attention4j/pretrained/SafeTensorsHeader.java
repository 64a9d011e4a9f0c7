package org.attention4j.pretrained;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;

/**
 * Reads and checks the header of a safetensors file:
 *
 * <pre>
 *   8 bytes    N, an unsigned number, little-endian
 *   N bytes    {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}
 *   the rest   the numbers; offsets count from here
 * </pre>
 *
 * <p>What the files say is not trusted: nothing is reserved for a number that was not compared with
 * the size of the file, and the JSON is read token by token, to a depth of three.
 */
final class SafeTensorsHeader {
  /** That of the format's own implementation, 100 MB. */
  static final long LONGEST = 100_000_000;

  /** As many axes as ND4J's arrays have at most. */
  private static final int MOST_AXES = 32;

  private static final int LENGTH_BYTES = 8;

  /** A long has 19 digits; more are not converted, which takes long for a million of them. */
  private static final int MOST_DIGITS = 19;

  private static final String METADATA = "__metadata__";
  private static final String TYPE = "dtype";
  private static final String SHAPE = "shape";
  private static final String OFFSETS = "data_offsets";

  /** Does not keep the names that it reads. */
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();

  private final String file;
  private final JsonParser json;

  /**
   * A tensor of the file.
   *
   * @param begin the position of its first byte in the file
   * @param count how many numbers it has
   */
  record Tensor(TensorType type, long[] shape, long begin, long count) {}

  /** As the header has it; offsets from the end of the header. */
  private record Entry(String name, TensorType type, long[] shape, long begin, long end) {}

  private SafeTensorsHeader(String file, JsonParser json) {
    this.file = file;
    this.json = json;
  }

  /**
   * The tensors of a file, in the order of their numbers.
   *
   * @param file its name, for messages
   */
  static Map<String, Tensor> read(String file, FileBytes bytes) throws IOException {
    if (bytes.length() < LENGTH_BYTES) {
      throw ModelFileException.of(
          file, "the file's length", bytes.length(), "at least 8 bytes, which tell the header's");
    }
    long length = bytes.from(0).getLong();
    if (length < 0 || length > LONGEST) {
      throw ModelFileException.of(
          file,
          "the header's length",
          Long.toUnsignedString(length),
          "at most " + LONGEST + " bytes");
    }
    long rest = bytes.length() - LENGTH_BYTES;
    if (length > rest) {
      throw ModelFileException.of(
          file, "the header's length", length, "at most " + rest + ", what the file has");
    }
    byte[] header = bytes.copy(LENGTH_BYTES, (int) length);
    return placed(file, entries(file, header), LENGTH_BYTES + length, rest - length);
  }

  private static List<Entry> entries(String file, byte[] header) throws IOException {
    // A reader, since a parser of bytes guesses the encoding; the decoder refuses what is not UTF-8
    try (Reader text = new InputStreamReader(new ByteArrayInputStream(header), UTF_8.newDecoder());
        JsonParser json = JSON.createParser(text)) {
      return new SafeTensorsHeader(file, json).entries();
    } catch (CharacterCodingException e) {
      throw ModelFileException.of(file, "the header", "no UTF-8", "JSON in UTF-8");
    } catch (JsonProcessingException e) {
      throw ModelFileException.of(
          file,
          "the header at character " + Math.max(0, e.getLocation().getCharOffset()),
          "no JSON",
          "JSON in UTF-8");
    }
  }

  private List<Entry> entries() throws IOException {
    expect(json.nextToken(), JsonToken.START_OBJECT, "the header");
    Map<String, Entry> entries = new LinkedHashMap<>();
    boolean metadata = false;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.getCurrentName();
      if (entries.containsKey(name) || (metadata && name.equals(METADATA))) {
        throw new ModelFileException(
            file + ": the header has " + ModelFileException.quoted(name) + " more than once.");
      }
      if (name.equals(METADATA)) {
        metadata = true;
        skipMetadata();
      } else {
        entries.put(name, entry(name));
      }
    }
    JsonToken end = json.nextToken();
    if (end != null) {
      throw ModelFileException.of(file, "what follows the header's object", name(end), "nothing");
    }
    return new ArrayList<>(entries.values());
  }

  /** A map from text to text, of no use here. */
  private void skipMetadata() throws IOException {
    expect(json.nextToken(), JsonToken.START_OBJECT, METADATA);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      expect(json.nextToken(), JsonToken.VALUE_STRING, "a value of " + METADATA);
    }
  }

  private Entry entry(String name) throws IOException {
    String tensor = "tensor " + ModelFileException.quoted(name);
    expect(json.nextToken(), JsonToken.START_OBJECT, tensor);
    @Nullable TensorType type = null;
    long @Nullable [] shape = null;
    long @Nullable [] offsets = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.getCurrentName();
      boolean again =
          switch (field) {
            case TYPE -> type != null;
            case SHAPE -> shape != null;
            case OFFSETS -> offsets != null;
            default ->
                throw ModelFileException.of(
                    file,
                    "a field of " + tensor,
                    ModelFileException.quoted(field),
                    "dtype, shape or data_offsets");
          };
      if (again) {
        throw new ModelFileException(
            file + ": the header has " + field + " of " + tensor + " more than once.");
      }
      switch (field) {
        case TYPE -> type = type(tensor);
        case SHAPE -> shape = numbers("shape of " + tensor, MOST_AXES);
        default -> offsets = numbers("data_offsets of " + tensor, 2);
      }
    }
    if (type == null || shape == null || offsets == null || offsets.length != 2) {
      String missing = type == null ? TYPE : shape == null ? SHAPE : OFFSETS;
      throw new ModelFileException(
          "%s: %s must have %s%s."
              .formatted(file, tensor, missing, missing.equals(OFFSETS) ? ", two numbers" : ""));
    }
    return new Entry(name, type, shape, offsets[0], offsets[1]);
  }

  private TensorType type(String tensor) throws IOException {
    expect(json.nextToken(), JsonToken.VALUE_STRING, "dtype of " + tensor);
    String name = json.getText();
    return Arrays.stream(TensorType.values())
        .filter(type -> type.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                ModelFileException.of(
                    file,
                    "dtype of " + tensor,
                    ModelFileException.quoted(name),
                    "one of " + TensorType.names()));
  }

  private long[] numbers(String subject, int most) throws IOException {
    expect(json.nextToken(), JsonToken.START_ARRAY, subject);
    long[] numbers = new long[most];
    int count = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, "a number in " + subject);
      if (count == most) {
        throw ModelFileException.of(
            file, "the count of numbers in " + subject, "higher", "at most " + most);
      }
      numbers[count++] = number(subject);
    }
    return Arrays.copyOf(numbers, count);
  }

  private long number(String subject) throws IOException {
    String digits = json.getText();
    try {
      if (digits.length() <= MOST_DIGITS && digits.charAt(0) != '-') {
        return Long.parseLong(digits);
      }
    } catch (NumberFormatException e) {
      // 19 digits may be too many too
    }
    throw ModelFileException.of(
        file,
        "a number in " + subject,
        ModelFileException.quoted(digits),
        "a whole number from 0 to " + Long.MAX_VALUE);
  }

  private void expect(@Nullable JsonToken token, JsonToken expected, String subject)
      throws IOException {
    if (token != expected) {
      throw ModelFileException.of(file, subject, name(token), name(expected));
    }
  }

  private static String name(@Nullable JsonToken token) {
    return token == null
        ? "missing"
        : switch (token) {
          case START_OBJECT -> "an object";
          case START_ARRAY -> "a list";
          case VALUE_STRING -> "text";
          case VALUE_NUMBER_INT -> "a whole number";
          case VALUE_NUMBER_FLOAT -> "a fraction";
          case VALUE_NULL -> "null";
          case VALUE_TRUE, VALUE_FALSE -> "true or false";
          default -> "a bracket";
        };
  }

  /**
   * Compares the tensors with the bytes that they claim: one after the other, without a gap and
   * without a common byte, all there is.
   */
  private static Map<String, Tensor> placed(
      String file, List<Entry> entries, long start, long available) throws ModelFileException {
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    long next = 0;
    for (Entry entry : entries) {
      String offsets = "data_offsets of tensor " + ModelFileException.quoted(entry.name());
      String shown = "[" + entry.begin() + ", " + entry.end() + "]";
      long count = count(file, entry, available);
      long bytes = count * entry.type().bytes();
      if (entry.begin() != next) {
        throw ModelFileException.of(
            file, offsets, shown, "from %d on, where the tensor before ends".formatted(next));
      }
      if (entry.end() < entry.begin() || entry.end() - entry.begin() != bytes) {
        throw ModelFileException.of(
            file,
            offsets,
            shown,
            "%d bytes apart, for the shape %s of %s"
                .formatted(bytes, Arrays.toString(entry.shape()), entry.type()));
      }
      next = entry.end();
      if (next > available) {
        throw ModelFileException.of(
            file, offsets, shown, "at most " + available + ", the bytes behind the header");
      }
      tensors.put(
          entry.name(), new Tensor(entry.type(), entry.shape(), start + entry.begin(), count));
    }
    if (next != available) {
      throw ModelFileException.of(
          file,
          "the number of bytes behind the header",
          available,
          next + ", what the tensors take");
    }
    return tensors;
  }

  /** How many numbers a tensor has; their bytes do not overflow. */
  private static long count(String file, Entry entry, long available) throws ModelFileException {
    long count = 1;
    for (long size : entry.shape()) {
      if (size != 0 && count > Long.MAX_VALUE / size) {
        count = Long.MAX_VALUE;
        break;
      }
      count *= size;
    }
    if (count > available / entry.type().bytes()) {
      throw ModelFileException.of(
          file,
          "shape of tensor " + ModelFileException.quoted(entry.name()),
          Arrays.toString(entry.shape()),
          "one of at most %d bytes, those behind the header".formatted(available));
    }
    return count;
  }
}
