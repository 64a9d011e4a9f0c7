package org.attention4j.examples;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Map;

/**
 * Text for a terminal in the character set of the user's locale. What that set lacks is written in
 * ASCII, {@code +-} for {@code ±}, rather than as a question mark.
 */
final class ConsoleText {
  /** Set by JDK 19 and newer. */
  private static final String STDOUT_ENCODING = "stdout.encoding";

  /** The character set of the locale, set by JDK 17 and newer. */
  private static final String NATIVE_ENCODING = "native.encoding";

  private static final Map<Integer, String> ASCII =
      Map.ofEntries(
          Map.entry((int) '\u00b1', "+-"),
          Map.entry((int) '\u2013', "-"),
          Map.entry((int) '\u2014', "-"),
          Map.entry((int) '\u2212', "-"),
          Map.entry((int) '\u00d7', "x"),
          Map.entry((int) '\u2026', "..."),
          Map.entry((int) '\u2264', "<="),
          Map.entry((int) '\u2265', ">="),
          Map.entry((int) '\u2260', "!="),
          Map.entry((int) '\u03b1', "alpha"),
          Map.entry((int) '\u03b5', "epsilon"),
          Map.entry((int) '\u2016', "||"),
          Map.entry((int) '\u221e', "infinity"),
          Map.entry((int) '\u221a', "sqrt "),
          Map.entry((int) '\u2192', "->"),
          Map.entry((int) '\u2018', "'"),
          Map.entry((int) '\u2019', "'"),
          Map.entry((int) '\u201c', "\""),
          Map.entry((int) '\u201d', "\""));

  private ConsoleText() {}

  /** The character set of the user's locale; US-ASCII if this JVM does not know it. */
  static Charset charset() {
    String name =
        System.getProperty(STDOUT_ENCODING, System.getProperty(NATIVE_ENCODING, "US-ASCII"));
    return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.US_ASCII;
  }

  /**
   * A writer onto a stream of bytes, flushed at the end of each line.
   *
   * @param stream where the bytes go
   * @param charset the character set that its reader knows
   */
  static PrintWriter writer(OutputStream stream, Charset charset) {
    Writer bytes = new OutputStreamWriter(stream, charset);
    return new PrintWriter(
        charset.newEncoder().canEncode('\u00b1') && charset.newEncoder().canEncode('\u2264')
            ? bytes
            : new Fallback(bytes, charset.newEncoder()),
        true);
  }

  /** The text with what an encoder lacks replaced. */
  static String plain(String text, CharsetEncoder encoder) {
    StringBuilder plain = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              String one = Character.toString(c);
              plain.append(encoder.canEncode(one) ? one : replacement(c, one));
            });
    return plain.toString();
  }

  private static String replacement(int codePoint, String one) {
    String known = ASCII.get(codePoint);
    if (known != null) {
      return known;
    }
    // An accent, a subscript or a tilde gives way to the letter that carries it.
    String letter = Normalizer.normalize(one, Normalizer.Form.NFKD).replaceAll("[^ -~]", "");
    return letter.isEmpty() && !isMark(codePoint) ? "?" : letter;
  }

  private static boolean isMark(int codePoint) {
    return Character.getType(codePoint) == Character.NON_SPACING_MARK;
  }

  private static final class Fallback extends FilterWriter {
    private final CharsetEncoder encoder;

    Fallback(Writer out, CharsetEncoder encoder) {
      super(out);
      this.encoder = encoder;
    }

    @Override
    public void write(int c) throws IOException {
      out.write(plain(String.valueOf((char) c), encoder));
    }

    @Override
    public void write(char[] buffer, int offset, int length) throws IOException {
      out.write(plain(String.valueOf(buffer, offset, length), encoder));
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
      out.write(plain(text.substring(offset, offset + length), encoder));
    }
  }
}
