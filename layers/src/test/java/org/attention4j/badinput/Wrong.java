package org.attention4j.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * A row of a table of wrong uses.
 *
 * @param name what is wrong
 * @param use does it
 * @param type the documented exception, this very class
 * @param words what its message names: who refuses, the option, the value, and what would be right
 */
record Wrong(
    String name, ThrowingCallable use, Class<? extends Throwable> type, List<String> words) {

  /** A use that an {@link IllegalArgumentException} refuses. */
  static Wrong wrong(String name, ThrowingCallable use, String... words) {
    return wrong(name, use, IllegalArgumentException.class, words);
  }

  /** A use that another exception refuses. */
  static Wrong wrong(
      String name, ThrowingCallable use, Class<? extends Throwable> type, String... words) {
    return new Wrong(name, use, type, List.of(words));
  }

  /** Fails unless the use is refused in one sentence that names all. */
  void assertRefused() {
    Throwable thrown = catchThrowable(use);
    assertThat(thrown).as("%s", name).isExactlyInstanceOf(type);
    assertThat(thrown.getMessage())
        .as("%s", name)
        .contains(words)
        .endsWith(".")
        .doesNotContain("\n", "\r", "Exception")
        .doesNotContainPattern("\\. +\\p{Lu}");
  }

  @Override
  public String toString() {
    return name;
  }
}
