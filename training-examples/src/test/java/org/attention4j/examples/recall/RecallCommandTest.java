package org.attention4j.examples.recall;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attention4j.examples.CommandLineRun;
import org.attention4j.examples.StudyFiles;
import org.attention4j.examples.retrieval.RecallModel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class RecallCommandTest {
  @TempDir Path directory;

  @Test
  void aTinyStudyOfRecallLeavesPageAndNumbers() throws IOException {
    CommandLineRun run =
        CommandLineRun.of(
            "recall",
            "--quick",
            "--normalizers=softmax,top-fraction:0.06",
            "--length=11",
            "--steps=2",
            "--seeds=5,3",
            "--out=" + directory);

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(3);
    assertThat(run.out())
        .contains("no verdict: ", "with at least 3 seeds, and there are 2", "report: ")
        .doesNotContain("Hold", "Fade");
    assertThat(StudyFiles.rows(directory, "accuracy.csv")).isEqualTo(2 * 2 * 2 * 5);
    assertThat(StudyFiles.rows(directory, "attention.csv"))
        .isEqualTo(2 * 2 * 2 * 5 * RecallModel.HEADS);
    assertThat(Files.readString(directory.resolve("accuracy.csv"))).contains(",5,", ",3,");
    StudyFiles.assertPage(directory, "Lemma 1", "all within the envelope", "--length=11");
  }
}
