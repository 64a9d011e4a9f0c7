package org.attention4j.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.attention4j.layers.Execution;
import org.attention4j.layers.SelfAttentionLayer;
import org.attention4j.layers.TransformerBlock;
import org.attention4j.testing.Sequences;
import org.attention4j.testing.Sizes;
import org.attention4j.testing.TestNetworks;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelInference;
import org.deeplearning4j.parallelism.inference.InferenceMode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Many threads that ask one network, for minutes: each answer as one thread gives it. */
@Tag("endurance")
class InferenceEnduranceTest {
  private static final int THREADS = 16;
  private static final int WORKERS = 3;
  private static final int QUESTIONS = 47;

  private static SelfAttentionLayer attention(Execution execution) {
    return new SelfAttentionLayer.Builder()
        .nOut(Sizes.OUT)
        .nHeads(Sizes.HEADS)
        .projectInput(true)
        .execution(execution)
        .build();
  }

  private static float[] numbers(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  @Test
  void everyAnswerIsThatOfOneThread() throws Exception {
    Nd4j.getRandom().setSeed(19);
    MultiLayerNetwork network =
        TestNetworks.of(
                attention(Execution.FUSED),
                attention(Execution.GRAPH),
                new TransformerBlock.Builder().nHeads(Sizes.HEADS).build())
            .output(new RnnLossLayer.Builder().activation(Activation.SOFTMAX).build())
            .network(DataType.FLOAT);
    List<INDArray> questions = new ArrayList<>();
    List<INDArray> masks = new ArrayList<>();
    List<float[]> answers = new ArrayList<>();
    for (int i = 0; i < QUESTIONS; i++) {
      int examples = 1 + i % 3;
      int steps = 1 + 7 * i % 31;
      INDArray question = Sequences.input(DataType.FLOAT, examples, steps);
      INDArray mask = i % 2 == 0 ? Sequences.mask(DataType.FLOAT, examples, steps) : null;
      questions.add(question);
      masks.add(mask);
      answers.add(numbers(network.output(question, false, mask, null)));
    }
    ParallelInference inference =
        new ParallelInference.Builder(network)
            .workers(WORKERS)
            .inferenceMode(InferenceMode.SEQUENTIAL)
            .build();
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    AtomicLong asked = new AtomicLong();
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Settings.seconds());
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        Random random = new Random(thread);
        running.add(
            pool.submit(
                () -> {
                  do {
                    int i = random.nextInt(QUESTIONS);
                    float[] answer = numbers(inference.output(questions.get(i), masks.get(i)));
                    if (!Arrays.equals(answer, answers.get(i))) {
                      throw new AssertionError("Question " + i + " was answered otherwise.");
                    }
                    asked.incrementAndGet();
                  } while (System.nanoTime() < end);
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get(Settings.seconds() + 120L, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
      inference.shutdown();
    }
    Settings.report(
        "%s answers to %d threads in %d s".formatted(asked, THREADS, Settings.seconds()));
    assertThat(asked.get()).isGreaterThanOrEqualTo(THREADS);
  }
}
