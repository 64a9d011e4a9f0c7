package org.attention4j.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class FloatArraysTest {
  private final FloatArrays arrays = new FloatArrays();

  @Test
  void whatIsGivenBackServesTheNextOfItsLengthAlone() {
    float[] first = arrays.taken(17);
    float[] second = arrays.taken(17);
    assertThat(second).isNotSameAs(first);
    arrays.add(first);
    assertThat(arrays.taken(19)).hasSize(19);
    assertThat(arrays.taken(17)).isSameAs(first);
    assertThat(arrays.taken(17)).isNotSameAs(first).isNotSameAs(second).hasSize(17);
  }

  @Test
  void zerosAreZerosAlsoInAnArrayThatWasUsed() {
    float[] used = FloatArrays.take(1_009);
    used[5] = 7;
    FloatArrays.giveBack(used);
    assertThat(FloatArrays.zeros(1_009)).isSameAs(used).containsOnly(0);
  }

  @Test
  void anotherThreadHasOthers() throws InterruptedException {
    FloatArrays.giveBack(FloatArrays.take(23));
    AtomicReference<float[]> theirs = new AtomicReference<>();
    Thread thread = new Thread(() -> theirs.set(FloatArrays.take(23)));
    thread.start();
    thread.join();
    assertThat(FloatArrays.take(23)).isNotSameAs(theirs.get());
  }

  @Test
  void allTogetherAreTwiceWhatWasInUseAtOnceAndTheOldestLengthGoesFirst() {
    for (int length = 101; length <= 103; length++) {
      float[] a = arrays.taken(length);
      float[] b = arrays.taken(length);
      arrays.add(a);
      arrays.add(b);
    }
    // At most 206 were in use at once, which leaves room for those of two lengths.
    assertThat(arrays.idleNumbers()).isEqualTo(2 * (102 + 103));
    arrays.taken(102);
    assertThat(arrays.idleNumbers()).as("one of length 102 was idle").isEqualTo(102 + 2 * 103);
    arrays.taken(101);
    assertThat(arrays.idleNumbers()).as("none of length 101 was idle").isEqualTo(102 + 2 * 103);
  }

  @Test
  void whatIsInUseCounts() {
    float[] first = arrays.taken(101);
    float[] second = arrays.taken(211);
    arrays.add(second);
    // 312 were in use at once, 101 still are.
    arrays.add(arrays.taken(103));
    assertThat(arrays.idleNumbers()).isEqualTo(211 + 103);
    arrays.add(arrays.taken(307));
    assertThat(arrays.idleNumbers()).as("307 and 101 raise the limit to 816").isEqualTo(621);
    arrays.add(arrays.taken(109));
    assertThat(arrays.idleNumbers()).as("the length 211 was dropped").isEqualTo(621 - 211 + 109);
    arrays.add(first);
  }

  @Test
  void aChangeOfSizesLeavesNothingOfTheOldOnesInTheEnd() {
    for (int i = 0; i < 3; i++) {
      arrays.add(arrays.taken(1_000_003));
    }
    assertThat(arrays.idleNumbers()).isEqualTo(1_000_003);
    for (int i = 0; i < 10_000; i++) {
      arrays.add(arrays.taken(31));
    }
    assertThat(arrays.idleNumbers()).isEqualTo(31);
  }

  @Test
  void whatIsNeverGivenBackDoesNotRaiseTheLimitForEver() {
    for (int i = 0; i < 100_003; i++) {
      arrays.taken(29);
    }
    for (int length = 1; length < 20_000; length++) {
      arrays.add(arrays.taken(length));
    }
    assertThat(arrays.idleNumbers()).isLessThan(200_000);
  }

  @Test
  void emptyArraysAreNoMatter() {
    arrays.add(new float[0]);
    assertThat(arrays.taken(0)).isEmpty();
    assertThat(arrays.idleNumbers()).isZero();
  }
}
