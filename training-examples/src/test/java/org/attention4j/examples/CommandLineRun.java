package org.attention4j.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** What one call of the command line left behind. */
public record CommandLineRun(int status, String out, String err) {
  public static CommandLineRun of(String... arguments) {
    return of(StandardCharsets.UTF_8, arguments);
  }

  public static CommandLineRun of(Charset charset, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(new PrintStream(out, true), new PrintStream(err, true), charset, arguments);
    return new CommandLineRun(status, out.toString(charset), err.toString(charset));
  }
}
