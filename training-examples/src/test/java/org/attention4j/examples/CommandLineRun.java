package org.attention4j.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/** What one call of the command line left behind. */
record CommandLineRun(int status, String out, String err) {
  static CommandLineRun of(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = Main.run(new PrintStream(out, true), new PrintStream(err, true), arguments);
    return new CommandLineRun(
        status, out.toString(Charset.defaultCharset()), err.toString(Charset.defaultCharset()));
  }
}
