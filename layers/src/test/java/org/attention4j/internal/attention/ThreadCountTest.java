package org.attention4j.internal.attention;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.attention4j.internal.threads.Workers;
import org.attention4j.normalizer.Normalizers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The number of threads changes no result, not the last bit. */
class ThreadCountTest {
  private static final int[] THREADS = {1, 2, 3, 7};

  private @Nullable String before;

  @BeforeEach
  void remember() {
    before = System.getProperty(Workers.PROPERTY);
  }

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty(Workers.PROPERTY);
    } else {
      System.setProperty(Workers.PROPERTY, before);
    }
  }

  private static void threads(int number) {
    System.setProperty(Workers.PROPERTY, Integer.toString(number));
  }

  static List<KernelUnderTest> maps() {
    return List.of(
        KernelUnderTest.of(Normalizers.softmaxWithLearnableTemperature(1.3)),
        KernelUnderTest.of(Normalizers.topK(5)),
        KernelUnderTest.of(Normalizers.entmaxWithLearnableAlpha(1.4)),
        KernelUnderTest.of(Normalizers.relu()));
  }

  /** Large enough to be shared, with several chunks for each head. */
  private static AttentionCase inputs() {
    return AttentionCase.of("large", 1, 2, 2, 331, 307, 7, 5).causally().dropped();
  }

  @ParameterizedTest
  @MethodSource("maps")
  void anyNumberOfThreadsSaysTheSame(KernelUnderTest map) {
    threads(1);
    AttentionPass expected = AttentionPass.inFloat(inputs(), map);
    for (int number : THREADS) {
      threads(number);
      AttentionPass.inFloat(inputs(), map).assertSameBits(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void callersAtTheSameTimeDoNotDisturbOneAnother(int number)
      throws ExecutionException, InterruptedException {
    threads(number);
    List<AttentionPass> expected =
        maps().stream().map(map -> AttentionPass.inFloat(inputs(), map)).toList();
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try {
      List<Future<AttentionPass>> passes = new ArrayList<>();
      for (int i = 0; i < 3 * expected.size(); i++) {
        KernelUnderTest map = maps().get(i % expected.size());
        passes.add(callers.submit(() -> AttentionPass.inFloat(inputs(), map)));
      }
      for (int i = 0; i < passes.size(); i++) {
        passes.get(i).get().assertSameBits(expected.get(i % expected.size()));
      }
    } finally {
      callers.shutdown();
    }
  }
}
