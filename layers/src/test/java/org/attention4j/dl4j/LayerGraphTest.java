package org.attention4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;

/** For which numbers of steps a graph holds. */
class LayerGraphTest {
  private static LayerGraph graph(long steps) {
    return new LayerGraph(SameDiff.create(), true, Map.of(), Map.of(), Map.of(), steps, null);
  }

  private static long[] heldUpTo(LayerGraph graph, long most) {
    return LongStream.rangeClosed(1, most).filter(graph::holdsFor).toArray();
  }

  @Test
  void whoeverDoesNotAskHoldsForAll() {
    assertThat(heldUpTo(graph(3), 5)).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void aRangeDividesTheNumbers() {
    LayerGraph below = graph(2);
    LayerGraph within = graph(5);
    LayerGraph above = graph(11);
    assertThat(below.hasStepsBetween(4, 7)).isFalse();
    assertThat(within.hasStepsBetween(4, 7)).isTrue();
    assertThat(above.hasStepsBetween(4, 7)).isFalse();
    assertThat(heldUpTo(below, 9)).containsExactly(1, 2, 3);
    assertThat(heldUpTo(within, 9)).containsExactly(4, 5, 6, 7);
    assertThat(heldUpTo(above, 9)).containsExactly(8, 9);
  }

  @Test
  void severalQuestionsNarrow() {
    LayerGraph graph = graph(6);
    graph.hasStepsBetween(4, 7);
    graph.hasStepsBetween(1, 5);
    assertThat(heldUpTo(graph, 9)).containsExactly(6, 7);
    graph.unrolledSteps();
    assertThat(heldUpTo(graph, 9)).containsExactly(6);
  }
}
