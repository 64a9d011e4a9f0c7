package org.attention4j.pretrained;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.StringJoiner;

/** Writes safetensors files. */
final class SafeTensorsFile {
  private SafeTensorsFile() {}

  /** A whole file, with tensors in the order of the map. */
  static byte[] of(Map<String, StoredTensor> tensors) {
    ByteArrayOutputStream numbers = new ByteArrayOutputStream();
    StringJoiner header = new StringJoiner(",", "{\"__metadata__\":{\"format\":\"pt\"},", "}");
    tensors.forEach(
        (name, tensor) -> {
          int begin = numbers.size();
          numbers.writeBytes(tensor.bytes());
          header.add(
              entry(name, tensor.type(), Arrays.toString(tensor.shape()), begin, numbers.size()));
        });
    return of(header.toString(), numbers.toByteArray());
  }

  static String entry(String name, String type, String shape, long begin, long end) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(name, type, shape, begin, end);
  }

  static byte[] of(String header, byte[] numbers) {
    byte[] json = header.getBytes(UTF_8);
    return of(json.length, json, numbers);
  }

  static byte[] of(long length, byte[] header, byte[] numbers) {
    return ByteBuffer.allocate(Long.BYTES + header.length + numbers.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(header)
        .put(numbers)
        .array();
  }
}
