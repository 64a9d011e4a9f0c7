package org.attention4j.examples.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.attention4j.examples.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("StringConcatToTextBlock") // one case a line
class VectorModuleTest {
  @ParameterizedTest
  @CsvSource({
    "'WARNING: Using incubator modules: jdk.incubator.vector\nno.\n', 'no.\n'",
    "'WARNING: Using incubator modules: jdk.incubator.vector\r\nno.\n', 'no.\n'",
    "'WARNING: Using incubator modules: jdk.incubator.vector', ''",
    "'NOTE: Picked up JDK_JAVA_OPTIONS: -Xmx1g\n"
        + "WARNING: Using incubator modules: jdk.incubator.vector\n"
        + "no', 'no'",
    "'WARNING: no.\n', 'WARNING: no.\n'",
    "'WARN', 'WARN'",
    "'no.\n', 'no.\n'",
    "'\r 10 %\r 20 %', '\r 10 %\r 20 %'",
    "'\u00b1', '\u00b1'",
    "'', ''"
  })
  void onlyTheWarningIsHeldBack(String said, String heard) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    VectorModule.pass(new ByteArrayInputStream(said.getBytes(StandardCharsets.UTF_8)), out);

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(heard);
  }

  @Test
  void whatANewJvmWouldWarnOfIsAllowedUnlessTheUserDecided() {
    assertThat(VectorModule.silencers(17, List.of())).isEmpty();
    assertThat(VectorModule.silencers(23, List.of())).isEmpty();
    assertThat(VectorModule.silencers(25, List.of("-Xmx2g")))
        .containsExactly(
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    assertThat(VectorModule.silencers(25, List.of("--sun-misc-unsafe-memory-access=debug")))
        .containsExactly("--enable-native-access=ALL-UNNAMED");
  }

  @Test
  void theOtherJvmHasTheModuleAndStartsNoThird() {
    assertThat(VectorModule.command(Main.class, List.of(), List.of("compare", "--text", "a b")))
        .containsSubsequence(
            "--add-modules",
            "jdk.incubator.vector",
            "-Dattention4j.relaunch=false",
            "-cp",
            Main.class.getName(),
            "compare",
            "--text",
            "a b");
  }

  /** Its native threads sleep between operations, or do as the user's environment says. */
  @Test
  void theOtherJvmSleepsBetweenNativeOperations() throws Exception {
    String given = System.getenv(VectorModule.WAIT_POLICY);
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    assertThat(VectorModule.run(WaitPolicy.class, List.of(), List.of(), messages)).isZero();
    assertThat(messages.toString(StandardCharsets.UTF_8).strip())
        .isEqualTo(given == null ? "passive" : given);
  }

  @Test
  void theUserDecidesWhetherNativeThreadsSleep() {
    Map<String, String> environment = new HashMap<>();
    VectorModule.prepare(environment);
    assertThat(environment).containsExactly(Map.entry("OMP_WAIT_POLICY", "passive"));
    environment.put("OMP_WAIT_POLICY", "active");
    VectorModule.prepare(environment);
    assertThat(environment).containsExactly(Map.entry("OMP_WAIT_POLICY", "active"));
  }

  static final class WaitPolicy {
    public static void main(String[] arguments) {
      System.err.println(System.getenv(VectorModule.WAIT_POLICY));
    }
  }

  @Test
  void aJvmThatCanBeAskedToEndIsAsked() {
    Other other = new Other(true, true);

    VectorModule.end(other, new CountDownLatch(0));

    assertThat(other.heard).containsExactly("destroy of the handle", "wait");
  }

  @Test
  void aJvmThatTheTerminalAloneCanTellIsWaitedFor() {
    Other other = new Other(false, true);

    VectorModule.end(other, new CountDownLatch(0));

    assertThat(other.heard).containsExactly("wait");
  }

  @Test
  void aJvmThatDoesNotEndIsEnded() {
    Other other = new Other(false, false);

    VectorModule.end(other, new CountDownLatch(0));

    assertThat(other.heard).containsExactly("wait", "destroyForcibly");
  }

  /** A process that notes what it is asked. */
  private static final class Other extends Process {
    final List<String> heard = new ArrayList<>();
    private final boolean canBeAsked;
    private final boolean ends;

    Other(boolean canBeAsked, boolean ends) {
      this.canBeAsked = canBeAsked;
      this.ends = ends;
    }

    @Override
    public boolean supportsNormalTermination() {
      return canBeAsked;
    }

    @Override
    public ProcessHandle toHandle() {
      return (ProcessHandle)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {ProcessHandle.class},
              (proxy, method, arguments) -> {
                heard.add(method.getName() + " of the handle");
                return true;
              });
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) {
      heard.add("wait");
      return ends;
    }

    @Override
    public Process destroyForcibly() {
      heard.add("destroyForcibly");
      return this;
    }

    @Override
    public void destroy() {
      heard.add("destroy");
    }

    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream getInputStream() {
      return InputStream.nullInputStream();
    }

    @Override
    public InputStream getErrorStream() {
      return InputStream.nullInputStream();
    }

    @Override
    public int waitFor() {
      heard.add("wait");
      return 0;
    }

    @Override
    public int exitValue() {
      return 0;
    }
  }
}
