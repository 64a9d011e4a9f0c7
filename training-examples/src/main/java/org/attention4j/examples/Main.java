package org.attention4j.examples;

import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line's entry point. */
@Command(name = "attention4j-examples", mixinStandardHelpOptions = true)
public final class Main implements Runnable {

  /**
   * Runs the command line.
   *
   * @param arguments the command line's arguments
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
    System.out.println(Nd4j.ones(2, 3).sumNumber());
  }
}
