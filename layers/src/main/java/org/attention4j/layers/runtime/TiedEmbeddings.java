package org.attention4j.layers.runtime;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Finds the token embedding whose weights a head shares.
 *
 * <p>Deeplearning4j does not tell a layer which network it is part of. But the parameters of all
 * layers of a network are parts of one vector, and of no other network's: what two layers have in
 * common is the memory of their parameters.
 */
final class TiedEmbeddings {
  private static final List<WeakReference<TokenEmbedding>> EMBEDDINGS = new ArrayList<>();

  private TiedEmbeddings() {}

  /** Makes an embedding known for as long as it is in use. */
  static synchronized void add(TokenEmbedding embedding) {
    EMBEDDINGS.removeIf(known -> known.get() == null);
    EMBEDDINGS.add(new WeakReference<>(embedding));
  }

  /**
   * Finds an embedding.
   *
   * @param name its name
   * @param parameters those of another layer of its network
   * @return the embedding; null if that network has none of this name
   */
  static synchronized @Nullable TokenEmbedding find(String name, INDArray parameters) {
    // The last one: a network may be made on the parameters of an earlier one.
    for (int i = EMBEDDINGS.size() - 1; i >= 0; i--) {
      TokenEmbedding known = EMBEDDINGS.get(i).get();
      if (known != null
          && Objects.equals(known.layerConf().getLayerName(), name)
          && memory(known.params()) == memory(parameters)) {
        return known;
      }
    }
    return null;
  }

  @SuppressWarnings("ReferenceEquality") // buffers are equal if their numbers are
  private static DataBuffer memory(INDArray part) {
    @Nullable DataBuffer whole = part.data().originalDataBuffer();
    return whole == null ? part.data() : whole;
  }
}
