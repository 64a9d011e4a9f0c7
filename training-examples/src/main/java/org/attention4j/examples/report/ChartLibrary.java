package org.attention4j.examples.report;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** ECharts, with which the page in the training UI draws, too, in the version of its webjar. */
final class ChartLibrary {
  private static final String VERSION = "META-INF/maven/org.webjars.npm/echarts/pom.properties";
  private static final String SCRIPT = "META-INF/resources/webjars/echarts/%s/dist/echarts.min.js";

  private ChartLibrary() {}

  /** The library as a script. */
  static String script() throws IOException {
    Properties properties = new Properties();
    try (InputStream stream = open(VERSION)) {
      properties.load(stream);
    }
    try (InputStream stream = open(SCRIPT.formatted(properties.getProperty("version")))) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static InputStream open(String name) throws IOException {
    @Nullable InputStream stream = ChartLibrary.class.getClassLoader().getResourceAsStream(name);
    if (stream == null) {
      throw new FileNotFoundException("%s is not on the class path.".formatted(name));
    }
    return stream;
  }
}
