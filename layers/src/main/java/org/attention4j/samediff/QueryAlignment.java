package org.attention4j.samediff;

/** Where the queries stand among the keys, for {@code causal} and {@code window}. */
public enum QueryAlignment {
  /**
   * The first query stands at the first key; after past keys, at the first that is new. PyTorch's
   * {@code is_causal}, ONNX's without key lengths.
   */
  FIRST_KEY,

  /**
   * The last query stands at the last key; with key lengths, at the last that counts. What a
   * decoder needs whose keys hold all that came before.
   */
  LAST_KEY
}
