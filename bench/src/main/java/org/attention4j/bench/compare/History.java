package org.attention4j.bench.compare;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.layers.Execution;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.normalizer.Normalizers;

/**
 * What a JVM computed before something is timed in it. The compiler of the JVM decides by what it
 * has seen; kernels that rely on one kind of use get slow for good after another.
 */
public enum History {
  /** Nothing. */
  CLEAN {
    @Override
    public void run() {}
  },

  /**
   * Layers with several normalizers, fused and as graphs, in turns, with short sequences: as a
   * program that compares normalizers has it.
   */
  MIXED {
    @Override
    public void run() {
      List<LayerPeer> layers = new ArrayList<>();
      for (String normalizer : NORMALIZERS) {
        for (Execution execution : List.of(Execution.FUSED, Execution.GRAPH)) {
          layers.add(
              new LayerPeer(
                  new SelfAttentionLayer.Builder()
                      .nOut(SHORT.features())
                      .nHeads(SHORT.heads())
                      .projectInput(true)
                      .normalizer(Normalizers.parse(normalizer))
                      .execution(execution)
                      .build(),
                  SHORT,
                  true));
        }
      }
      for (int turn = 0; turn < TURNS; turn++) {
        layers.forEach(LayerPeer::run);
      }
    }
  };

  private static final List<String> NORMALIZERS =
      List.of("softmax", "entmax:1.5", "top-k:5", "sparsemax", "sigmoid");

  private static final LayerPeer.Sizes SHORT = new LayerPeer.Sizes(8, 64, 32, 4);

  /** Enough for the compiler to have decided. */
  private static final int TURNS = 100;

  /** Lives through it. */
  public abstract void run();
}
