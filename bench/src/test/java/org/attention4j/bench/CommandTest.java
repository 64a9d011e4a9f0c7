package org.attention4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;

/** A command, and what it prints. */
abstract class CommandTest {
  final StringWriter results = new StringWriter();
  final StringWriter messages = new StringWriter();

  abstract int execute(PrintWriter results, PrintWriter messages, String... arguments);

  final int execute(String... arguments) {
    return execute(new PrintWriter(results, true), new PrintWriter(messages, true), arguments);
  }

  final void assertRefused(String argument, String sentence) {
    assertThat(execute(argument)).isEqualTo(2);
    assertThat(messages.toString().lines()).containsExactly(sentence);
    assertThat(results.toString()).isEmpty();
  }
}
