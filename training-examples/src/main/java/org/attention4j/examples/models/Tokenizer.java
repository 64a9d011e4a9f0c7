package org.attention4j.examples.models;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;

/** Makes token ids of text, as a published model wants them. */
public interface Tokenizer {
  /**
   * Encodes a text.
   *
   * @param text any
   * @return its tokens, with those that the model wants before and after
   */
  int[] encode(String text);

  /**
   * The tokenizer of GPT-2, which needs no file.
   *
   * @return byte pair encoding with 50,257 tokens; none are added
   */
  static Tokenizer gpt2() {
    Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
    return text -> encoding.encodeOrdinary(text).toArray();
  }
}
