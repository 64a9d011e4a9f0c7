package org.attention4j.pretrained;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The types of numbers that the safetensors format knows. Only the first three can be read. */
enum TensorType {
  F32(4),
  F16(2),
  BF16(2),
  F64(8),
  C64(8),
  I64(8),
  U64(8),
  I32(4),
  U32(4),
  I16(2),
  U16(2),
  I8(1),
  U8(1),
  F8_E5M2(1),
  F8_E4M3(1),
  F8_E8M0(1),
  BOOL(1);

  private static final int BFLOAT_SHIFT = 16;

  /** Just below half of the step from one BF16 to the next. */
  private static final int BFLOAT_HALF_STEP = 0x7fff;

  private static final int HALF_SIGN = 0x8000;
  private static final int HALF_NAN = 0x7e00;

  /** From here on a number is nearer to the step beyond the largest half, 65,504. */
  private static final float HALF_OVERFLOW = 65_520;

  /** Of the smallest normal half. */
  private static final int SMALLEST_HALF_EXPONENT = -14;

  private static final int HALF_FRACTION_BITS = 10;
  private static final int HALF_FRACTION = 0x3ff;
  private static final int HALF_EXPONENT = 0x1f;
  private static final int FLOAT_FRACTION_BITS = 23;
  private static final int FLOAT_INFINITY = 0x7f800000;

  /** The difference of the exponents' biases, 127 and 15. */
  private static final int BIAS = 112;

  /** The smallest half above zero. */
  private static final float SMALLEST_HALF = 0x1p-24f;

  private final int bytes;

  TensorType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of a number. */
  int bytes() {
    return bytes;
  }

  boolean isReadable() {
    return this == F32 || this == F16 || this == BF16;
  }

  static String names() {
    return Arrays.stream(values()).map(TensorType::name).collect(Collectors.joining(", "));
  }

  /** Converts as many numbers as fit, exactly. */
  void read(ByteBuffer from, float[] target, int offset, int count) {
    switch (this) {
      case F32 -> from.asFloatBuffer().get(target, offset, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          target[offset + i] = half(from.getShort(2 * i));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          target[offset + i] = Float.intBitsToFloat(from.getShort(2 * i) << BFLOAT_SHIFT);
        }
      }
      default -> throw new IllegalStateException(this + " cannot be read");
    }
  }

  /**
   * Writes numbers at the position of a buffer, each rounded to the nearest of the type, to the
   * even one of two.
   *
   * @return the index of the first number that is not finite in this type; -1 if there is none
   */
  int write(float[] numbers, ByteBuffer to) {
    float[] stored = new float[1];
    for (int i = 0; i < numbers.length; i++) {
      switch (this) {
        case F32 -> to.putFloat(numbers[i]);
        case F16 -> to.putShort(half(numbers[i]));
        case BF16 -> {
          int bits = Float.floatToRawIntBits(numbers[i]);
          int odd = (bits >>> BFLOAT_SHIFT) & 1;
          to.putShort((short) ((bits + BFLOAT_HALF_STEP + odd) >>> BFLOAT_SHIFT));
        }
        default -> throw new IllegalStateException(this + " cannot be written");
      }
      read(to.slice(to.position() - bytes, bytes).order(to.order()), stored, 0, 1);
      if (!Float.isFinite(stored[0])) {
        return i;
      }
    }
    return -1;
  }

  /** IEEE 754's binary16 that is nearest to a number, the even one of two; infinity beyond. */
  static short half(float number) {
    int sign = Float.floatToRawIntBits(number) >>> BFLOAT_SHIFT & HALF_SIGN;
    float size = Math.abs(number);
    if (Float.isNaN(number)) {
      return (short) HALF_NAN;
    }
    if (size >= HALF_OVERFLOW) {
      return (short) (sign | HALF_EXPONENT << HALF_FRACTION_BITS);
    }
    // The spacing of halves at this size; rint rounds to the even one, and the products are exact.
    int exponent = Math.max(Math.getExponent(size), SMALLEST_HALF_EXPONENT);
    float spacing = Math.scalb(1f, exponent - HALF_FRACTION_BITS);
    int steps = (int) Math.rint(size / spacing);
    // Whole steps beyond the implicit bit carry into the exponent, as they should.
    return (short) (sign | ((exponent - SMALLEST_HALF_EXPONENT) << HALF_FRACTION_BITS) + steps);
  }

  /** The number that 16 bits of IEEE 754's binary16 mean. */
  static float half(short bits) {
    int sign = (bits & HALF_SIGN) << BFLOAT_SHIFT;
    int exponent = (bits >> HALF_FRACTION_BITS) & HALF_EXPONENT;
    int fraction = bits & HALF_FRACTION;
    if (exponent == 0) {
      float size = fraction * SMALLEST_HALF;
      return sign == 0 ? size : -size;
    }
    int shifted = fraction << (FLOAT_FRACTION_BITS - HALF_FRACTION_BITS);
    return Float.intBitsToFloat(
        exponent == HALF_EXPONENT
            ? sign | FLOAT_INFINITY | shifted
            : sign | (exponent + BIAS) << FLOAT_FRACTION_BITS | shifted);
  }
}
