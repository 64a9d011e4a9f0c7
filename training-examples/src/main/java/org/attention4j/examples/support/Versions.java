package org.attention4j.examples.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The versions that the build wrote down. */
public final class Versions implements IVersionProvider {
  private final Properties versions = new Properties();

  /** Reads them. */
  public Versions() {
    try (InputStream resource = Versions.class.getResourceAsStream("versions.properties")) {
      if (resource == null) {
        throw new IllegalStateException("versions.properties is missing beside the classes.");
      }
      versions.load(resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * attention4j's version.
   *
   * @return as in the POM
   */
  public String attention4j() {
    return versions.getProperty("attention4j");
  }

  String deeplearning4j() {
    return versions.getProperty("deeplearning4j");
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "attention4j %s (Deeplearning4j %s, Java %s)"
          .formatted(attention4j(), deeplearning4j(), Runtime.version())
    };
  }
}
