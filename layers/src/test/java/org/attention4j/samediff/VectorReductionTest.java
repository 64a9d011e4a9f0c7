package org.attention4j.samediff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.attention4j.internal.graph.GraphProgram;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.memory.NoOpMemoryMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Reductions of a vector along an axis of size 1, which the backend does not compute itself. */
class VectorReductionTest {
  private static Arguments of(String name, UnaryOperator<SDVariable> reduction, long... shape) {
    return Arguments.of(name, reduction, shape);
  }

  static Stream<Arguments> reductions() {
    return Stream.of(
        of("sum", x -> x.sum(true, 1), 3, 1),
        of("sum without the axis", x -> x.sum(1), 3),
        of("mean", x -> x.mean(true, 1), 3, 1),
        of("max", x -> x.max(true, 1), 3, 1),
        of("max without the axis", x -> x.max(1), 3),
        of("min", x -> x.min(true, 1), 3, 1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("reductions")
  void alongAnAxisOfSizeOne(String name, UnaryOperator<SDVariable> reduction, long[] shape) {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, -1);
    GraphProgram program = new GraphProgram(List.of(reduction.apply(x)));
    INDArray vector = Nd4j.createFromArray(2.0, -3.0, 5.0).reshape(3, 1);
    INDArray result = program.run(Map.of("x", vector), new NoOpMemoryMgr()).get(0);
    assertThat(result).isEqualTo(Nd4j.createFromArray(2.0, -3.0, 5.0).reshape(shape));
  }
}
