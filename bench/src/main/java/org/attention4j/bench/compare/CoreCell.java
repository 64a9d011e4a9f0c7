package org.attention4j.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sizes of one attention operation on one example.
 *
 * @param heads h
 * @param length L, queries as well as keys
 * @param headSize d, of keys as well as values
 */
public record CoreCell(int heads, int length, int headSize) {
  /** The cells of the comparison with other implementations. */
  public static final List<CoreCell> COMPARED =
      List.of(
          new CoreCell(32, 128, 16),
          new CoreCell(32, 512, 16),
          new CoreCell(16, 1024, 16),
          new CoreCell(32, 512, 64),
          new CoreCell(16, 1024, 64),
          new CoreCell(4, 4096, 64));

  private static final Pattern TEXT = Pattern.compile("(\\d+)x(\\d+)x(\\d+)");

  /** Multiplications and additions of the two products, QKᵀ and PV. */
  private static final double FLOPS = 4;

  /**
   * Reads a cell.
   *
   * @param text heads x length x head size, such as {@code 32x512x64}
   * @return the cell
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static CoreCell parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "The cell is '%s' but must be of the form 32x512x64.".formatted(text));
    }
    List<Integer> sizes = new ArrayList<>();
    for (int i = 1; i <= matcher.groupCount(); i++) {
      sizes.add(Integer.valueOf(matcher.group(i)));
    }
    return new CoreCell(sizes.get(0), sizes.get(1), sizes.get(2));
  }

  /**
   * The work of the forward pass.
   *
   * @return floating point operations, 4 h L² d
   */
  public double forwardFlops() {
    return FLOPS * heads * length * length * headSize;
  }

  /** The length of Q, K, V and the output. */
  int size() {
    return heads * length * headSize;
  }

  @Override
  public String toString() {
    return heads + "x" + length + "x" + headSize;
  }
}
