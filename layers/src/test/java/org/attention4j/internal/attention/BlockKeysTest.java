package org.attention4j.internal.attention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.api.Test;

/** The columns of a block of queries after panels of keys were left out. */
class BlockKeysTest {
  private static final int PANEL = AttentionTask.PANEL;
  private static final int QUERY = 9 * PANEL + 5;
  private static final int ROWS = 7;

  /** Causal, with a window of six panels and first keys that take half a panel. */
  private static final AttentionCase INPUTS =
      AttentionCase.of("window", 1, 1, 1, 11 * PANEL, 11 * PANEL, 5, 3)
          .causally()
          .windowed(6 * PANEL, PANEL / 2);

  private static BlockKeys block() {
    VisibleKeys keys = VisibleKeys.ofExamples(null, 1, INPUTS.shape().keys())[0];
    return new BlockKeys()
        .over(INPUTS.problem(KernelUnderTest.of(Normalizers.relu())), keys, QUERY, ROWS);
  }

  private static List<Integer> keys(BlockKeys block, int row) {
    List<Integer> keys = new ArrayList<>();
    block.forEachRun(
        row, (column, key, count) -> IntStream.range(key, key + count).forEach(keys::add));
    return keys;
  }

  private static PanelSet panels(int... panels) {
    PanelSet set = new PanelSet(INPUTS.shape().keys());
    int[] bits = new int[PanelSet.words(INPUTS.shape().keys())];
    for (int panel : panels) {
      bits[0] |= 1 << panel;
    }
    set.add(bits, 0);
    return set;
  }

  /** Keys of the kept panels that a row sees by the definition of the window. */
  private static List<Integer> expected(int row, int... panels) {
    int query = QUERY + row;
    return IntStream.of(panels)
        .flatMap(panel -> IntStream.range(panel * PANEL, (panel + 1) * PANEL))
        .filter(key -> INPUTS.sees(0, query, key))
        .boxed()
        .toList();
  }

  @Test
  void rowsSeeTheKeysOfKeptPanels() {
    for (int[] kept : new int[][] {{0, 4, 5, 8}, {3, 9}, {6}, {0, 3, 4, 5, 6, 7, 8, 9}, {0}}) {
      BlockKeys block = block();
      block.keep(panels(kept));
      for (int r = 0; r < ROWS; r++) {
        assertThat(keys(block, r)).isEqualTo(expected(r, kept));
        assertThat(block.count(r)).isEqualTo(keys(block, r).size());
        assertThat(block.visible(r)).isEqualTo(6 * PANEL + PANEL / 2);
      }
    }
  }

  @Test
  void columnsMoveTogether() {
    BlockKeys block = block();
    block.keep(panels(0, 4, 5, 8));
    assertThat(block.panels()).isEqualTo(4);
    assertThat(block.lead()).isEqualTo(PANEL);
    assertThat(block.end()).isEqualTo(4 * PANEL);
    assertThat(IntStream.range(0, 4).map(panel -> block.key(panel * PANEL + 3)))
        .containsExactly(3, 4 * PANEL + 3, 5 * PANEL + 3, 8 * PANEL + 3);
    // The panels before: the first keys, then from the panel of the window's first key on.
    assertThat(IntStream.range(0, 4).map(block::source))
        .containsExactly(0, 2 * PANEL, 3 * PANEL, 6 * PANEL);
    assertThat(IntStream.of(0, PANEL, 2 * PANEL, 3 * PANEL).map(block::runEnd))
        .containsExactly(PANEL, 3 * PANEL, 3 * PANEL, 4 * PANEL);
  }

  @Test
  void withoutThePanelOfTheFirstKeysThereAreNone() {
    BlockKeys block = block();
    block.keep(panels(5, 6));
    assertThat(block.lead()).isZero();
    assertThat(block.first(0)).isZero();
    assertThat(block.start(0)).isZero();
    assertThat(block.end(0)).isEqualTo(2 * PANEL);
  }

  @Test
  void nothingIsLeftOfNoPanels() {
    BlockKeys block = block();
    block.keep(panels());
    assertThat(block.end()).isZero();
    assertThat(block.count(ROWS - 1)).isZero();
    assertThat(keys(block, 0)).isEmpty();
  }
}
