package org.attention4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import org.attention4j.monitor.alarms.AlarmRules;
import org.attention4j.monitor.reporters.Reporters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the monitor does where neither commons-csv nor Micrometer is on the class path. */
final class WithoutOptionalLibrariesTest {
  /** Runs in a loader of its own, without the optional libraries. */
  public static final class Inside {
    private Inside() {}

    /** The reporters that need nothing. */
    public static String withoutThem(Path folder) {
      AttentionMonitor.builder()
          .every(50)
          .reportTo(Reporters.log())
          .reportTo(Reporters.history(1))
          .reportTo(Reporters.jsonLines(folder.resolve("metrics.jsonl")))
          .alarms(AlarmRules.all())
          .build()
          .close();
      return "built";
    }

    /** The reporter that needs one. */
    public static String csv(Path folder) {
      return Reporters.csv(folder.resolve("metrics.csv")).toString();
    }
  }

  private static Object call(String name, Path folder) throws Exception {
    URL[] kept =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("commons-csv") && !entry.contains("micrometer"))
            .map(WithoutOptionalLibrariesTest::url)
            .toArray(URL[]::new);
    try (URLClassLoader loader = new URLClassLoader(kept, ClassLoader.getPlatformClassLoader())) {
      Method method = loader.loadClass(Inside.class.getName()).getMethod(name, Path.class);
      return method.invoke(null, folder);
    }
  }

  private static URL url(String entry) {
    try {
      return new File(entry).toURI().toURL();
    } catch (java.net.MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void theOthersWork(@TempDir Path folder) throws Exception {
    assertThat(call("withoutThem", folder)).isEqualTo("built");
  }

  @Test
  void csvSaysWhatItNeeds(@TempDir Path folder) {
    assertThatThrownBy(() -> call("csv", folder))
        .isInstanceOf(InvocationTargetException.class)
        .cause()
        .hasMessage("Reporters.csv needs org.apache.commons:commons-csv on the class path.");
  }
}
