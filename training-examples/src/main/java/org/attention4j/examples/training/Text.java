package org.attention4j.examples.training;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/** A text as symbols of the {@link Alphabet}. */
public final class Text {
  private final byte[] symbols;

  Text(byte[] symbols) {
    this.symbols = symbols.clone();
  }

  /**
   * Joins documents into one text, a newline after each.
   *
   * @param documents the documents
   * @return their symbols in order
   */
  static Text join(List<Text> documents) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (Text document : documents) {
      joined.writeBytes(document.symbols);
      joined.write(Alphabet.NEWLINE);
    }
    return new Text(joined.toByteArray());
  }

  /**
   * The number of symbols.
   *
   * @return how many there are
   */
  public int length() {
    return symbols.length;
  }

  /**
   * The symbol at a position.
   *
   * @param position the position, from 0
   * @return the symbol, from 0 to {@link Alphabet#SIZE} - 1
   */
  public int symbol(int position) {
    return symbols[position];
  }

  /**
   * The symbols, which are tokens of a {@link CharacterModel}.
   *
   * @return one for each character; a copy
   */
  public int[] symbols() {
    int[] all = new int[symbols.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = symbols[i];
    }
    return all;
  }

  /**
   * The text as characters.
   *
   * @return one for each symbol; U+FFFD for one outside the alphabet
   */
  public String characters() {
    StringBuilder characters = new StringBuilder(symbols.length);
    for (byte symbol : symbols) {
      characters.append(symbol == Alphabet.OTHER ? '\ufffd' : Alphabet.character(symbol));
    }
    return characters.toString();
  }

  /**
   * A number that depends on every symbol.
   *
   * @return the same for the same symbols
   */
  public int contentHash() {
    return Arrays.hashCode(symbols);
  }

  /** A part of this text, as a text. */
  Text part(int start, int end) {
    return new Text(Arrays.copyOfRange(symbols, start, end));
  }

  /** How often each symbol of the alphabet stands here. */
  long[] counts() {
    long[] counts = new long[Alphabet.SIZE];
    for (byte symbol : symbols) {
      counts[symbol]++;
    }
    return counts;
  }
}
