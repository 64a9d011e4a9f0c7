package org.attention4j.internal.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import org.attention4j.normalizer.Normalizers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows: which keys are seen, and that nothing is done with the others. */
class SlidingWindowTest {
  private static final int LENGTH = 1009;
  private static final int WINDOW = 31;

  /** The keys with garbage; those before are first keys and keys that no later query sees. */
  private static final int GARBAGE = 101;

  private static final int GARBAGE_END = 503;

  /** Queries of one tile of either pass, and a panel of keys on each side of what they see. */
  private static final int TILE = BackwardTask.DEPTH + 2 * AttentionTask.PANEL;

  static Stream<KernelUnderTest> maps() {
    return KernelUnderTest.all();
  }

  static Stream<AttentionCase> windows() {
    return AttentionCase.all()
        .filter(inputs -> inputs.range().window() > 0 && inputs.dropout() == 0);
  }

  /** Softmax pair by pair, as the formula says. */
  @ParameterizedTest
  @MethodSource("windows")
  void plainLoopsSeeWhatTheFormulaSays(AttentionCase inputs) {
    KernelUnderTest softmax = KernelUnderTest.of(Normalizers.softmax());
    double[] q = inputs.q();
    double[] k = inputs.k();
    double[] v = inputs.v();
    double[] actual = AttentionPass.inDouble(inputs, softmax).output();
    AttentionShape shape = inputs.shape();
    double scale = inputs.problem(softmax).scale();
    for (int b = 0; b < shape.examples(); b++) {
      for (int head = 0; head < shape.heads(); head++) {
        int shared = b * shape.keyValueHeads() + head * shape.keyValueHeads() / shape.heads();
        int own = b * shape.heads() + head;
        for (int i = 0; i < shape.queries(); i++) {
          double total = 0;
          double[] sums = new double[shape.valueSize()];
          for (int j = 0; j < shape.keys(); j++) {
            if (!inputs.sees(b, i, j)) {
              continue;
            }
            double score = 0;
            for (int c = 0; c < shape.headSize(); c++) {
              score +=
                  q[(own * shape.headSize() + c) * shape.queries() + i]
                      * k[(shared * shape.headSize() + c) * shape.keys() + j];
            }
            double weight = Math.exp(scale * score);
            total += weight;
            for (int c = 0; c < sums.length; c++) {
              sums[c] += weight * v[(shared * sums.length + c) * shape.keys() + j];
            }
          }
          for (int c = 0; c < sums.length; c++) {
            assertThat(actual[(own * sums.length + c) * shape.queries() + i])
                .isCloseTo(total == 0 ? 0 : sums[c] / total, within(1e-11));
          }
        }
      }
    }
  }

  /** What is multiplied, even by zero, becomes NaN. */
  @ParameterizedTest
  @MethodSource("maps")
  void keysOutsideTheWindowAreNotTouched(KernelUnderTest map) {
    for (int first : new int[] {0, 3}) {
      AttentionCase inputs =
          AttentionCase.of("window", 1, 2, 1, LENGTH, LENGTH, 5, 7)
              .causally()
              .windowed(WINDOW, first);
      double[] k = inputs.k();
      double[] v = inputs.v();
      fillGarbage(k);
      fillGarbage(v);
      AttentionPass clean = AttentionPass.inFloat(inputs, map);
      AttentionPass actual = AttentionPass.inFloat(inputs, map, inputs.q(), k, v);
      int from = GARBAGE_END + WINDOW + TILE;
      assertSame("output", actual.output(), clean.output(), from);
      assertSame("dQ", actual.dq(), clean.dq(), from);
      assertSame("dK", actual.dk(), clean.dk(), from);
      assertSame("dV", actual.dv(), clean.dv(), from);
      assertThat(actual.output()[GARBAGE_END]).isNaN();
    }
  }

  private static void fillGarbage(double[] x) {
    for (int row = 0; row < x.length; row += LENGTH) {
      Arrays.fill(x, row + GARBAGE, row + GARBAGE_END, Double.NaN);
    }
  }

  private static void assertSame(String name, double[] actual, double[] expected, int from) {
    for (int row = 0; row < actual.length; row += LENGTH) {
      assertThat(Arrays.copyOfRange(actual, row + from, row + LENGTH))
          .as(name)
          .doesNotContain(Double.NaN)
          .isEqualTo(Arrays.copyOfRange(expected, row + from, row + LENGTH));
    }
  }

  /** A window that hides nothing gives the same bits as none. */
  @ParameterizedTest
  @ValueSource(ints = {331, 1000, Integer.MAX_VALUE})
  void wideWindowIsNone(int window) {
    AttentionCase plain = AttentionCase.of("wide", 2, 2, 1, 331, 331, 5, 7).masked();
    for (AttentionCase inputs : new AttentionCase[] {plain, plain.causally()}) {
      for (KernelUnderTest map : maps().toList()) {
        AttentionPass.inFloat(inputs.windowed(window, 0), map)
            .assertSameBits(AttentionPass.inFloat(inputs, map));
      }
    }
  }

  /** Scores of a block of queries take the memory of their window, not that of all keys. */
  @ParameterizedTest
  @ValueSource(ints = {1 << 12, 1 << 20})
  void columnsOfABlockDoNotGrowWithTheLength(int length) {
    AttentionCase inputs =
        AttentionCase.of("long", 1, 1, 1, length, length, 1, 1).causally().windowed(WINDOW, 3);
    KernelUnderTest softmax = KernelUnderTest.of(Normalizers.softmax());
    VisibleKeys keys = new VisibleKeys(null, 0, length);
    AttentionProblem problem = inputs.problem(softmax);
    int rows = 64;
    int most = BlockKeys.mostColumns(problem, keys, rows);
    assertThat(most).isLessThan(rows + WINDOW + 5 * AttentionTask.PANEL);
    BlockKeys block = new BlockKeys().over(problem, keys, length - rows, rows);
    assertThat(block.end()).isLessThanOrEqualTo(most);
    assertThat(block.count(rows - 1)).isEqualTo(WINDOW + 3);
    assertThat(block.key(block.start(rows - 1))).isEqualTo(length - WINDOW);
  }
}
