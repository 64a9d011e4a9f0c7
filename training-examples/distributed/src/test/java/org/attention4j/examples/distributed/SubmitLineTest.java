package org.attention4j.examples.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attention4j.examples.support.BadArgument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubmitLineTest {
  @TempDir private Path folder;

  @Test
  void theLineNamesAllJarsAndGivesTheShellWhatWasGiven() throws IOException {
    Path lib = Files.createDirectory(folder.resolve("lib"));
    Files.createFile(lib.resolve("b.jar"));
    Files.createFile(lib.resolve("a.jar"));
    Files.createFile(lib.resolve("notes.txt"));

    String line =
        SubmitLine.of(
            "spark://host:7077",
            folder.resolve("program.jar"),
            lib,
            List.of("distributed", "--text", "it's mine"));

    assertThat(line.lines().skip(1))
        .containsExactly(
            "spark-submit --master spark://host:7077 \\",
            "  --class org.attention4j.examples.distributed.Launcher \\",
            "  --jars " + lib.resolve("a.jar") + "," + lib.resolve("b.jar") + " \\",
            "  --driver-java-options '--add-modules jdk.incubator.vector"
                + " -Dattention4j.relaunch=false -Dorg.bytedeco.javacpp.maxphysicalbytes=0' \\",
            "  --conf 'spark.executor.extraJavaOptions=" + SparkMaster.WORKER_OPTIONS + "' \\",
            "  --conf spark.executorEnv.OMP_NUM_THREADS=1 \\",
            "  " + folder.resolve("program.jar") + " distributed --text 'it'\\''s mine'");
  }

  @Test
  void withoutTheBuiltJarsThereIsNoLine() {
    Path absent = folder.resolve("absent");

    assertThatThrownBy(
            () -> SubmitLine.of("yarn", folder.resolve("program.jar"), absent, List.of()))
        .isInstanceOf(BadArgument.class)
        .hasMessageContaining(absent.toString())
        .hasMessageContaining("mvn -Pspark package");
  }
}
