package org.attention4j.pretrained;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A tensor as it stands in a file.
 *
 * @param type its name in the header
 * @param bytes its numbers
 */
record StoredTensor(String type, long[] shape, byte[] bytes) {
  static StoredTensor f32(float[] values, long... shape) {
    byte[] bytes = new byte[Float.BYTES * values.length];
    ByteBuffer buffer = littleEndian(bytes);
    for (float value : values) {
      buffer.putFloat(value);
    }
    return new StoredTensor("F32", shape, bytes);
  }

  /** The first half of each number, which must be all of it. */
  static StoredTensor bf16(float[] values, long... shape) {
    byte[] bytes = new byte[Short.BYTES * values.length];
    ByteBuffer buffer = littleEndian(bytes);
    for (float value : values) {
      int bits = Float.floatToIntBits(value);
      if ((bits & 0xffff) != 0) {
        throw new IllegalArgumentException(value + " is no BF16");
      }
      buffer.putShort((short) (bits >> 16));
    }
    return new StoredTensor("BF16", shape, bytes);
  }

  /** Normal numbers and zero, which must be representable. */
  static StoredTensor f16(float[] values, long... shape) {
    byte[] bytes = new byte[Short.BYTES * values.length];
    ByteBuffer buffer = littleEndian(bytes);
    for (float value : values) {
      buffer.putShort(half(value));
    }
    return new StoredTensor("F16", shape, bytes);
  }

  private static short half(float value) {
    int sign = value < 0 ? 0x8000 : 0;
    if (value == 0) {
      return (short) sign;
    }
    int exponent = Math.getExponent(value);
    double fraction = (Math.abs(value) / Math.scalb(1.0, exponent) - 1) * 1024;
    if (exponent < -14 || exponent > 15 || fraction != Math.rint(fraction)) {
      throw new IllegalArgumentException(value + " is no normal F16");
    }
    return (short) (sign | (exponent + 15) << 10 | (int) fraction);
  }

  static StoredTensor i64(long[] values, long... shape) {
    byte[] bytes = new byte[Long.BYTES * values.length];
    ByteBuffer buffer = littleEndian(bytes);
    for (long value : values) {
      buffer.putLong(value);
    }
    return new StoredTensor("I64", shape, bytes);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
