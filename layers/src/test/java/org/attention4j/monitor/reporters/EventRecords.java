package org.attention4j.monitor.reporters;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads event files with nothing of what writes them: the framing of TFRecords, CRC32C bit by bit,
 * and the wire format of protobuf with the field numbers of event.proto, summary.proto and
 * tensor.proto.
 */
final class EventRecords {
  private EventRecords() {}

  /** A tag's value: a Float, a String or a {@link Histogram}. */
  record Event(double time, long step, String version, Map<String, Object> values) {}

  record Histogram(
      double min,
      double max,
      double num,
      double sum,
      double squares,
      List<Double> limits,
      List<Double> counts) {}

  /** The only event file of a folder. */
  static Path only(Path folder) throws IOException {
    List<Path> files = files(folder);
    if (files.size() != 1) {
      throw new AssertionError(files.toString());
    }
    return files.get(0);
  }

  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** All whole records; what follows the last is left out if it is shorter than a record. */
  static List<Event> read(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.remaining() >= 12) {
      byte[] length = taken(bytes, 8);
      check(length, bytes.getInt());
      long size = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (bytes.remaining() < size + 4) {
        break;
      }
      byte[] data = taken(bytes, Math.toIntExact(size));
      check(data, bytes.getInt());
      events.add(event(fields(data)));
    }
    return events;
  }

  private static byte[] taken(ByteBuffer bytes, int length) {
    byte[] taken = new byte[length];
    bytes.get(taken);
    return taken;
  }

  private static void check(byte[] data, int masked) {
    long crc = crc32c(data);
    long expected = ((crc >> 15 | crc << 17) + 0xa282ead8L) & 0xffffffffL;
    if (expected != (masked & 0xffffffffL)) {
      throw new AssertionError("CRC " + masked + " is not " + expected);
    }
  }

  /** Castagnoli's polynomial, reflected. */
  static long crc32c(byte[] data) {
    long crc = 0xffffffffL;
    for (byte one : data) {
      crc ^= one & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 1 ? crc >>> 1 ^ 0x82f63b78L : crc >>> 1;
      }
    }
    return (crc ^ 0xffffffffL) & 0xffffffffL;
  }

  private static Event event(Map<Integer, List<ByteBuffer>> event) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (ByteBuffer summary : event.getOrDefault(5, List.of())) {
      for (ByteBuffer value : fields(array(summary)).getOrDefault(1, List.of())) {
        Map<Integer, List<ByteBuffer>> fields = fields(array(value));
        if (values.put(text(fields, 1), value(fields)) != null) {
          throw new AssertionError("twice: " + text(fields, 1));
        }
      }
    }
    return new Event(
        number(event, 1),
        event.containsKey(2) ? event.get(2).get(0).getLong(0) : 0,
        event.containsKey(3) ? text(event, 3) : "",
        values);
  }

  private static Object value(Map<Integer, List<ByteBuffer>> value) {
    if (value.containsKey(2)) {
      return value.get(2).get(0).getFloat(0);
    }
    if (value.containsKey(5)) {
      Map<Integer, List<ByteBuffer>> histogram = message(value, 5);
      return new Histogram(
          number(histogram, 1),
          number(histogram, 2),
          number(histogram, 3),
          number(histogram, 4),
          number(histogram, 5),
          numbers(histogram, 6),
          numbers(histogram, 7));
    }
    Map<Integer, List<ByteBuffer>> tensor = message(value, 8);
    String plugin = text(message(message(value, 9), 1), 1);
    if (!plugin.equals("text") || tensor.get(1).get(0).getLong(0) != 7) {
      throw new AssertionError("neither number, histogram nor text");
    }
    return text(tensor, 8);
  }

  private static Map<Integer, List<ByteBuffer>> message(
      Map<Integer, List<ByteBuffer>> fields, int field) {
    return fields(array(fields.get(field).get(0)));
  }

  private static String text(Map<Integer, List<ByteBuffer>> fields, int field) {
    return new String(array(fields.get(field).get(0)), StandardCharsets.UTF_8);
  }

  /** Zero is not written. */
  private static double number(Map<Integer, List<ByteBuffer>> fields, int field) {
    return fields.containsKey(field) ? fields.get(field).get(0).getDouble(0) : 0;
  }

  private static List<Double> numbers(Map<Integer, List<ByteBuffer>> fields, int field) {
    ByteBuffer packed = fields.get(field).get(0);
    List<Double> numbers = new ArrayList<>();
    for (int at = 0; at < packed.limit(); at += 8) {
      numbers.add(packed.getDouble(at));
    }
    return numbers;
  }

  private static byte[] array(ByteBuffer bytes) {
    byte[] array = new byte[bytes.remaining()];
    bytes.duplicate().get(array);
    return array;
  }

  /** The fields of a message by number; a varint as eight bytes. */
  private static Map<Integer, List<ByteBuffer>> fields(byte[] message) {
    ByteBuffer bytes = ByteBuffer.wrap(message);
    Map<Integer, List<ByteBuffer>> fields = new TreeMap<>();
    while (bytes.hasRemaining()) {
      long key = varint(bytes);
      ByteBuffer value =
          switch ((int) (key & 7)) {
            case 0 ->
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, varint(bytes));
            case 1 -> ByteBuffer.wrap(taken(bytes, 8));
            case 2 -> ByteBuffer.wrap(taken(bytes, (int) varint(bytes)));
            case 5 -> ByteBuffer.wrap(taken(bytes, 4));
            default -> throw new AssertionError("wire type of " + key);
          };
      fields
          .computeIfAbsent((int) (key >>> 3), number -> new ArrayList<>())
          .add(value.order(ByteOrder.LITTLE_ENDIAN));
    }
    return fields;
  }

  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }
}
