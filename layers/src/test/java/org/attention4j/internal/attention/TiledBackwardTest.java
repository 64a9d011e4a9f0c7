package org.attention4j.internal.attention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The backward pass in tiles, over several blocks of keys, against the plain loops in DOUBLE. */
class TiledBackwardTest {
  private static final double TOLERANCE = 1e-5;

  static Stream<KernelUnderTest> slicedMaps() {
    return KernelUnderTest.all().filter(map -> map.kernel().worksOnSlices());
  }

  static Stream<Arguments> everyNormalizerInEveryCase() {
    return slicedMaps()
        .flatMap(
            map ->
                Stream.of(
                        AttentionCase.of("small heads", 1, 2, 1, 131, 1103, 5, 3),
                        AttentionCase.of("large heads", 1, 1, 1, 67, 331, 71, 61).dropped(),
                        AttentionCase.of("causal", 2, 2, 1, 307, 331, 67, 13)
                            .masked()
                            .causally()
                            .biased()
                            .dropped())
                    .map(inputs -> Arguments.of(map, inputs)));
  }

  @ParameterizedTest
  @MethodSource("everyNormalizerInEveryCase")
  void saysTheSameAsPlainLoops(KernelUnderTest map, AttentionCase inputs) {
    AttentionPass.inFloat(inputs, map).assertClose(AttentionPass.inDouble(inputs, map), TOLERANCE);
  }

  /** Softmax, fixed and learnable, softmax1, and what scales their scores. */
  @Test
  void severalNormalizersTakeThisPath() {
    assertThat(slicedMaps().map(KernelUnderTest::name))
        .anyMatch(name -> name.contains("softmax"))
        .anyMatch(name -> name.contains("ssmax"))
        .anyMatch(name -> name.contains("log-n"))
        .noneMatch(name -> name.contains("entmax"));
  }
}
