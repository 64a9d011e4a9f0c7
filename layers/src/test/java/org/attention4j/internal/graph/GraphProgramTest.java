package org.attention4j.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.memory.ArrayCacheMemoryMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A planned graph: the order of results, sizes that change, arrays that are used again. */
class GraphProgramTest {
  private final SameDiff sd = SameDiff.create();
  private final SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, 3);

  private static List<INDArray> run(GraphProgram program, INDArray x) {
    return program.run(Map.of("x", x), new ArrayCacheMemoryMgr());
  }

  @Test
  void resultsComeInTheOrderAskedFor() {
    SDVariable squares = x.mul(x);
    GraphProgram program = new GraphProgram(List.of(squares.sum(), x, squares));
    for (int examples : new int[] {1, 7, 2}) {
      INDArray value = Nd4j.rand(DataType.DOUBLE, examples, 3);
      INDArray expected = value.mul(value);
      List<INDArray> results = run(program, value);
      assertThat(results.get(0).getDouble(0)).isEqualTo(expected.sumNumber().doubleValue());
      assertThat(results.get(1)).isEqualTo(value);
      assertThat(results.get(2)).isEqualTo(expected);
    }
  }

  /** Each sum is of the size of the one before, which is no longer read, but for the last two. */
  @Test
  void anArrayIsUsedAgainOnlyAfterItsLastReader() {
    SDVariable two = x.add(x);
    SDVariable seen = two.reshape(3, -1);
    SDVariable four = two.add(two);
    SDVariable eight = four.add(four);
    SDVariable twelve = eight.add(four);
    SDVariable all = twelve.reshape(3, -1).add(seen);
    GraphProgram program = new GraphProgram(List.of(all));
    INDArray value = Nd4j.rand(DataType.DOUBLE, 5, 3);
    INDArray given = value.dup();
    for (int i = 0; i < 3; i++) {
      assertThat(run(program, value).get(0)).isEqualTo(value.mul(14).reshape(3, 5));
      assertThat(value).isEqualTo(given);
    }
  }

  /** An identity hands the same array on, be it the caller's or one of the run's own. */
  @Test
  void whatAnIdentityHandsOnIsNeverUsedAgain() {
    SDVariable same = sd.identity(x);
    SDVariable two = same.add(same);
    SDVariable four = two.add(two);
    SDVariable sameFour = sd.identity(four);
    SDVariable eight = sameFour.add(four);
    SDVariable nine = eight.add(1);
    SDVariable ten = nine.add(1);
    GraphProgram program = new GraphProgram(List.of(ten.add(eight)));
    INDArray value = Nd4j.rand(DataType.DOUBLE, 5, 3);
    INDArray given = value.dup();
    INDArray eightfold = given.mul(8);
    for (int i = 0; i < 3; i++) {
      assertThat(run(program, value).get(0)).isEqualTo(eightfold.add(1).add(1).add(eightfold));
      assertThat(value).isEqualTo(given);
    }
  }

  @Test
  void aResultOfOneRunIsNotTouchedByTheNext() {
    GraphProgram program = new GraphProgram(List.of(x.add(1)));
    INDArray first = run(program, Nd4j.zeros(DataType.DOUBLE, 2, 3)).get(0);
    run(program, Nd4j.ones(DataType.DOUBLE, 2, 3));
    assertThat(first).isEqualTo(Nd4j.ones(DataType.DOUBLE, 2, 3));
  }

  @Test
  void aValueOfAnotherTypeIsCast() {
    GraphProgram program = new GraphProgram(List.of(x.add(1)));
    INDArray result = run(program, Nd4j.ones(DataType.FLOAT, 2, 3)).get(0);
    assertThat(result).isEqualTo(Nd4j.valueArrayOf(new long[] {2, 3}, 2.0, DataType.DOUBLE));
  }

  @Test
  void onlyTheNeededPlaceholdersMustHaveAValue() {
    SDVariable y = sd.placeHolder("y", DataType.DOUBLE, -1, 3);
    SDVariable withY = x.add(y);
    INDArray value = Nd4j.ones(DataType.DOUBLE, 2, 3);
    assertThat(run(new GraphProgram(List.of(x.mul(3))), value).get(0)).isEqualTo(value.mul(3));
    GraphProgram both = new GraphProgram(List.of(withY));
    assertThatThrownBy(() -> run(both, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The placeholder 'y' has no value.");
  }

  /** The framework's own session takes such an axis for another one. */
  @Test
  void anAxisMayBeCountedFromTheEnd() {
    SDVariable scores = sd.placeHolder("scores", DataType.DOUBLE, -1, -1, -1, -1);
    INDArray value = Nd4j.rand(DataType.DOUBLE, 2, 3, 5, 7);
    List<INDArray> results =
        new GraphProgram(List.of(scores.sum(true, -1), scores.max(true, -2), scores.mean(-1)))
            .run(Map.of("scores", value), new ArrayCacheMemoryMgr());
    assertThat(results.get(0)).isEqualTo(value.sum(true, 3));
    assertThat(results.get(1)).isEqualTo(value.max(true, 2));
    assertThat(results.get(2)).isEqualTo(value.mean(3));
  }
}
