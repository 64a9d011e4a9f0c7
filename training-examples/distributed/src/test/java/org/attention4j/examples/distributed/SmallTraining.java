package org.attention4j.examples.distributed;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.attention4j.examples.support.NamedAttention;
import org.attention4j.examples.training.Alphabet;
import org.attention4j.examples.training.LanguageModel;
import org.attention4j.examples.training.Settings;
import org.attention4j.normalizer.Normalizer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.DataSet;

/** Networks and batches that train in milliseconds. */
final class SmallTraining {
  private static final int CONTEXT = 7;
  private static final int BATCH = 3;
  private static final int WIDTH = 10;
  private static final int HEADS = 2;
  private static final int CHARACTERS = 211;

  private SmallTraining() {}

  static Settings settings(int batches) {
    return new Settings(CONTEXT, batches, BATCH, WIDTH, HEADS, 5);
  }

  static ComputationGraph model(Normalizer normalizer, Settings all, Plan plan) {
    return LanguageModel.ofAnyLength(NamedAttention.of(normalizer), plan.ofWorker(all));
  }

  static List<DataSet> batches(Settings settings) {
    SplittableRandom random = new SplittableRandom(3);
    String text =
        random
            .ints(CHARACTERS, 'a', 'k')
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
    return BatchFiles.draw(Alphabet.encode(text), settings);
  }

  static List<String> files(List<DataSet> batches, Path folder) {
    return BatchFiles.write(batches, folder.toUri());
  }

  static Plan plan(int averageEvery, int monitorEvery) {
    return new Plan(2, averageEvery, BATCH, monitorEvery);
  }

  static SparkConf local() {
    return new SparkMaster("local[2]").configuration();
  }
}
