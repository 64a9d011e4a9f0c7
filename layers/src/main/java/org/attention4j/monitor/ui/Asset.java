package org.attention4j.monitor.ui;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A file of the page.
 *
 * @param type its media type
 * @param content its bytes
 */
record Asset(String type, byte[] content) {
  private static final String CHARTS = "echarts.js";
  private static final String WEBJAR = "META-INF/maven/org.webjars.npm/echarts/pom.properties";
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  /**
   * Finds a file by its name.
   *
   * @throws IOException if there is none
   */
  static Asset of(String name) throws IOException {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null || name.contains("/")) {
      throw missing(name);
    }
    try (InputStream stream =
        name.equals(CHARTS) ? charts() : Asset.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw missing(name);
      }
      return new Asset(type, stream.readAllBytes());
    }
  }

  /** The chart library, in the version of its webjar. */
  private static @Nullable InputStream charts() throws IOException {
    ClassLoader loader = Asset.class.getClassLoader();
    try (InputStream stream = loader.getResourceAsStream(WEBJAR)) {
      if (stream == null) {
        throw new IOException(
            "The page on attention needs org.webjars.npm:echarts on the class path.");
      }
      Properties properties = new Properties();
      properties.load(stream);
      return loader.getResourceAsStream(
          "META-INF/resources/webjars/echarts/%s/dist/echarts.min.js"
              .formatted(properties.getProperty("version")));
    }
  }

  private static IOException missing(String name) {
    return new IOException("The page on attention has no file '" + FromUrl.shown(name) + "'.");
  }
}
