package org.attention4j.pretrained;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import org.attention4j.internal.files.WholeFile;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Writes a safetensors file, one tensor after the other, so that one is in memory at a time. */
final class SafeTensorsWriter {
  /** The format's own implementation fills its header up to a multiple of this. */
  private static final int ALIGNMENT = 8;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private SafeTensorsWriter() {}

  /**
   * Writes a file that is there whole or not at all.
   *
   * @param shapes of the tensors, by name
   * @param numbers gives the numbers of a tensor
   * @throws IllegalArgumentException if a number is not finite in the type
   */
  static void write(
      Path file,
      SortedMap<String, long[]> shapes,
      TensorType type,
      Function<String, float[]> numbers)
      throws IOException {
    WholeFile.write(
        file,
        beside -> {
          try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(beside))) {
            byte[] header = header(shapes, type);
            out.write(buffer(Long.BYTES).putLong(header.length).array());
            out.write(header);
            for (String name : shapes.keySet()) {
              out.write(bytes(name, type, numbers.apply(name)));
            }
          }
        });
  }

  private static byte[] header(Map<String, long[]> shapes, TensorType type) {
    ObjectNode header = MAPPER.createObjectNode();
    header.putObject("__metadata__").put("format", "pt");
    long begin = 0;
    for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", type.name());
      ArrayNode shape = entry.putArray("shape");
      long count = 1;
      for (long size : tensor.getValue()) {
        shape.add(size);
        count *= size;
      }
      long end = begin + count * type.bytes();
      entry.putArray("data_offsets").add(begin).add(end);
      begin = end;
    }
    String text = header.toString();
    int missing = Math.floorMod(-text.getBytes(UTF_8).length, ALIGNMENT);
    return (text + " ".repeat(missing)).getBytes(UTF_8);
  }

  private static byte[] bytes(String name, TensorType type, float[] numbers) {
    byte[] bytes = new byte[Math.multiplyExact(numbers.length, type.bytes())];
    int wrong = type.write(numbers, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    if (wrong >= 0) {
      throw new IllegalArgumentException(
          "Pretrained.save: number %d of tensor '%s' is %s but must be finite as %s."
              .formatted(wrong, name, numbers[wrong], type));
    }
    return bytes;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
