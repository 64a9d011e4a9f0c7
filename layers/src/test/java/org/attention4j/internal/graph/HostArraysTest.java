package org.attention4j.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.iter.NdIndexIterator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Whatever the order of memory, Java sees the entries in C order. */
class HostArraysTest {
  static Stream<Arguments> arrays() {
    return Stream.of(DataType.FLOAT, DataType.DOUBLE, DataType.INT32)
        .flatMap(
            type ->
                Stream.of(
                    Arguments.of("C order", counting(type, 'c', 3, 5, 7)),
                    Arguments.of("F order", counting(type, 'f', 3, 5, 7)),
                    Arguments.of("F order of a matrix", counting(type, 'f', 5, 7)),
                    Arguments.of("features last", counting(type, 'c', 3, 7, 5).permute(0, 2, 1)),
                    Arguments.of("examples last", counting(type, 'c', 5, 7, 3).permute(2, 0, 1)),
                    Arguments.of("one step", counting(type, 'f', 3, 5, 1)),
                    Arguments.of("one example", counting(type, 'f', 1, 5, 7)),
                    Arguments.of(
                        "a part",
                        counting(type, 'c', 5, 11, 13)
                            .get(
                                NDArrayIndex.interval(1, 4),
                                NDArrayIndex.interval(2, 7),
                                NDArrayIndex.interval(3, 10))),
                    Arguments.of(
                        "one column of many",
                        counting(type, 'c', 5, 13).get(NDArrayIndex.all(), NDArrayIndex.point(2))),
                    Arguments.of(
                        "an example of many, examples last",
                        counting(type, 'c', 5, 7, 11).permute(2, 0, 1).slice(3)),
                    Arguments.of(
                        "every second step",
                        counting(type, 'c', 3, 5, 13)
                            .get(
                                NDArrayIndex.all(),
                                NDArrayIndex.all(),
                                NDArrayIndex.interval(0, 2, 13)))));
  }

  /** Different numbers, so that none can stand for another. */
  private static INDArray counting(DataType type, char order, long... shape) {
    long length = 1;
    for (long size : shape) {
      length *= size;
    }
    return Nd4j.arange((double) length).castTo(type).reshape('c', shape).dup(order);
  }

  /** One by one, by their indices. */
  private static long[] entries(INDArray array) {
    long[] entries = new long[(int) array.length()];
    NdIndexIterator indices = new NdIndexIterator('c', array.shape());
    for (int i = 0; i < entries.length; i++) {
      entries[i] = Math.round(array.getDouble(indices.next()));
    }
    return entries;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("arrays")
  void readsInCOrder(String name, INDArray array) {
    double[] read =
        switch (array.dataType()) {
          case FLOAT -> Nd4j.createFromArray(HostArrays.floats(array)).toDoubleVector();
          case DOUBLE -> HostArrays.doubles(array);
          default -> Nd4j.createFromArray(HostArrays.ints(array)).toDoubleVector();
        };
    assertThat(Nd4j.createFromArray(read).toLongVector()).isEqualTo(entries(array));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("arrays")
  void readsDoublesOfAnyType(String name, INDArray array) {
    double[] read = HostArrays.numbers(array);
    assertThat(Nd4j.createFromArray(read).toLongVector()).isEqualTo(entries(array));
  }

  @Test
  void readsOtherTypesAndNothing() {
    INDArray half = counting(DataType.FLOAT16, 'f', 3, 5);
    assertThat(HostArrays.numbers(half)).startsWith(0, 1, 2).hasSize(15);
    assertThat(HostArrays.numbers(counting(DataType.INT64, 'f', 3, 5)))
        .isEqualTo(HostArrays.numbers(half));
    assertThat(HostArrays.numbers(counting(DataType.INT32, 'f', 3, 5)))
        .isEqualTo(HostArrays.numbers(half));
    assertThat(HostArrays.numbers(Nd4j.createFromArray(true, false))).containsExactly(1, 0);
    assertThat(HostArrays.numbers(Nd4j.empty(DataType.FLOAT))).isEmpty();
    assertThat(HostArrays.numbers(Nd4j.scalar(0.5f))).containsExactly(0.5);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("arrays")
  void fillsInCOrder(String name, INDArray array) {
    long[] expected = entries(array);
    Object values =
        switch (array.dataType()) {
          case FLOAT -> HostArrays.floats(array);
          case DOUBLE -> HostArrays.doubles(array);
          default -> HostArrays.ints(array);
        };
    array.assign(-1);
    HostArrays.put(values, array);
    assertThat(entries(array)).isEqualTo(expected);
  }

  /** Several threads each copy a part. */
  @Test
  void copiesLongArrays() {
    INDArray all = Nd4j.rand(DataType.FLOAT, 1, 262_147);
    float[] values = HostArrays.floats(all);
    assertThat(values).isEqualTo(all.toFloatVector());
    INDArray copy = Nd4j.zeros(DataType.FLOAT, 262_151);
    HostArrays.put(values, copy.get(NDArrayIndex.interval(3, 262_150)));
    assertThat(copy.getFloat(2)).isZero();
    assertThat(copy.get(NDArrayIndex.interval(3, 262_150)).toFloatVector()).isEqualTo(values);
    assertThat(copy.getFloat(262_150)).isZero();
  }

  @Test
  void clearsItsOwnNumbersAlone() {
    INDArray all = counting(DataType.FLOAT, 'c', 41);
    HostArrays.clear(all.get(NDArrayIndex.interval(3, 38)).reshape('c', 5, 7));
    assertThat(all.toIntVector())
        .startsWith(0, 1, 2)
        .endsWith(38, 39, 40)
        .containsOnly(0, 1, 2, 38, 39, 40);
    for (int rows : new int[] {5, 10_007}) {
      INDArray columns = counting(DataType.FLOAT, 'f', rows, 7);
      HostArrays.clear(columns.transpose());
      assertThat(columns.amaxNumber().intValue()).isZero();
    }
  }

  /** Also where several threads look at parts; not known for other types and orders. */
  @Test
  void normsBelowALimit() {
    for (int length : new int[] {1, 31, 70_001, 262_147}) {
      INDArray numbers = Nd4j.rand(DataType.FLOAT, 1, length).subi(0.5);
      assertThat(HostArrays.normIsBelow(numbers, 0.51 * Math.sqrt(length))).isTrue();
      assertThat(HostArrays.normIsBelow(numbers, numbers.norm2Number().doubleValue())).isFalse();
      for (int at : new int[] {0, length / 2, length - 1}) {
        for (double large : new double[] {-1e20, Double.NEGATIVE_INFINITY, Double.NaN}) {
          INDArray one = numbers.dup();
          one.putScalar(at, large);
          assertThat(HostArrays.normIsBelow(one, 1e19)).isFalse();
        }
      }
    }
    INDArray view = counting(DataType.FLOAT, 'c', 3, 5, 7).permute(0, 2, 1);
    assertThat(HostArrays.normIsBelow(view, 1e9)).isFalse();
    assertThat(HostArrays.normIsBelow(counting(DataType.DOUBLE, 'c', 3, 5), 1e9)).isFalse();
  }
}
