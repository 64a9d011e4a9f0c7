package org.attention4j.bench;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.attention4j.bench.model.Framework;
import org.attention4j.bench.model.LanguageModel;
import org.attention4j.bench.model.ModelPass;
import org.attention4j.bench.model.ModelSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ModelServerTest {
  private final List<String> calls = new ArrayList<>();

  /** Knows its steps alone. */
  private final LanguageModel model =
      new LanguageModel() {
        private int steps;

        @Override
        public void fit() {
          calls.add("fit");
          steps++;
        }

        @Override
        public void output() {
          throw new IllegalStateException("no memory");
        }

        @Override
        public float[] probabilities() {
          return new float[0];
        }

        @Override
        public double loss() {
          return 3.5 - steps;
        }
      };

  private List<String> answers(String requests) throws IOException {
    StringWriter answers = new StringWriter();
    Answers.answer(
        request -> ModelServer.answer(model, request),
        new BufferedReader(new StringReader(requests)),
        new PrintWriter(answers, true));
    return answers.toString().lines().toList();
  }

  @Test
  void eachRequestHasOneAnswer() throws IOException {
    assertThat(answers("FIT\nLOSS\nFIT\nLOSS\n")).containsExactly("done", "1.5", "done", "-0.5");
    assertThat(calls).hasSize(4);
  }

  @Test
  void aFailureIsAnAnswer() throws IOException {
    assertThat(answers("OUTPUT\nFIT\n"))
        .containsExactly("failure: java.lang.IllegalStateException: no memory", "done");
  }

  @Test
  void anUnknownRequestIsAFailure() throws IOException {
    assertThat(answers("TRAIN\n")).singleElement().asString().startsWith("failure: ");
  }

  @Test
  @Timeout(value = 2, unit = MINUTES, threadMode = SEPARATE_THREAD)
  void trainsInAJvmOfItsOwn() throws IOException {
    double expected;
    try (LanguageModel here = Framework.OURS.build(ModelSize.TINY)) {
      here.fit();
      here.fit();
      expected = here.loss();
    }
    try (RemoteModel remote = new RemoteModel(Framework.OURS, ModelSize.TINY, 1)) {
      remote.run(ModelPass.FIT);
      assertThat(remote.loss()).isEqualTo(expected);
      remote.run(ModelPass.OUTPUT);
      // A JVM alone takes some 40 MiB, with the native libraries some hundreds.
      assertThat(remote.peakMemory())
          .satisfiesAnyOf(
              peak -> assertThat(peak).isBetween(40.0, 5000.0), peak -> assertThat(peak).isNaN());
    }
  }

  @Test
  @Timeout(value = 2, unit = MINUTES, threadMode = SEPARATE_THREAD)
  void aModelThatCannotBeBuiltIsReported() {
    ModelSize none = new ModelSize("XL", 13, 15, 2, 3, 7, 5, 512);
    assertThatThrownBy(() -> new RemoteModel(Framework.OURS, none, 1).close())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "The model of ours failed: java.lang.IllegalArgumentException:"
                + " The size is 'XL' but must be one of tiny, S, M, L.");
  }
}
