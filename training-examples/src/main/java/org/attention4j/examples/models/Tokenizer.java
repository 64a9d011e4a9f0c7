package org.attention4j.examples.models;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import java.util.Arrays;

/** Makes token ids of text, as a published model wants them, and text of token ids. */
public interface Tokenizer extends AutoCloseable {
  /**
   * Encodes a text.
   *
   * @param text any
   * @return its tokens, with those that the model wants before and after
   */
  int[] encode(String text);

  /**
   * Decodes tokens.
   *
   * @param tokens any
   * @return their text, without tokens that only mark something; bytes at the end that are not yet
   *     a character give U+FFFD
   */
  String decode(int[] tokens);

  /** Frees what the tokenizer holds outside Java. */
  @Override
  void close();

  /**
   * The tokenizer of GPT-2, which needs no file.
   *
   * @return byte pair encoding with 50,257 tokens; none are added
   */
  static Tokenizer gpt2() {
    Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
    return new Tokenizer() {
      @Override
      public int[] encode(String text) {
        return encoding.encodeOrdinary(text).toArray();
      }

      @Override
      public String decode(int[] tokens) {
        IntArrayList list = new IntArrayList(tokens.length);
        Arrays.stream(tokens).forEach(list::add);
        return encoding.decode(list);
      }

      @Override
      public void close() {}
    };
  }
}
