package org.attention4j.pretrained;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** A small random model in the layout of published ones. */
final class ModelFiles {
  /** Weights are multiples of it, so that each type of file holds them exactly. */
  private static final float GRID = 1 / 64f;

  /** As large as those of published models of this width, so that rounding stays small too. */
  private static final double SPREAD = 0.12;

  /** How a tensor is stored. */
  interface Format {
    StoredTensor store(float[] values, long... shape);
  }

  private final Random random;
  private final Map<String, float[]> values = new LinkedHashMap<>();
  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  ModelFiles(long seed) {
    random = new Random(seed);
  }

  /** Adds a tensor of numbers around zero. */
  ModelFiles add(String name, long... shape) {
    return around(0, name, shape);
  }

  /** Adds a vector of numbers around one. */
  ModelFiles addGain(String name, long size) {
    return around(1, name, size);
  }

  private ModelFiles around(float mean, String name, long... shape) {
    int count = 1;
    for (long size : shape) {
      count *= (int) size;
    }
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = mean + GRID * Math.round(SPREAD * random.nextGaussian() / GRID);
    }
    return put(name, numbers, shape);
  }

  ModelFiles put(String name, float[] numbers, long... shape) {
    values.put(name, numbers);
    shapes.put(name, shape);
    return this;
  }

  ModelFiles remove(String name) {
    values.remove(name);
    shapes.remove(name);
    return this;
  }

  /** The numbers of a tensor, which may be changed before it is written. */
  float[] get(String name) {
    float[] numbers = values.get(name);
    if (numbers == null) {
      throw new IllegalArgumentException(name);
    }
    return numbers;
  }

  private Map<String, StoredTensor> stored(Format format) {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    values.forEach((name, numbers) -> stored.put(name, format.store(numbers, shapes.get(name))));
    return stored;
  }

  /** Writes one file of tensors. */
  Path write(Path folder, String config, Format format) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config);
    Files.write(folder.resolve(FolderTensors.WHOLE), SafeTensorsFile.of(stored(format)));
    return folder;
  }

  Path write(Path folder, String config) throws IOException {
    return write(folder, config, StoredTensor::f32);
  }

  /** Writes a file of its own for every third tensor, and the index. */
  Path writeShards(Path folder, String config) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config);
    Map<String, Map<String, StoredTensor>> files = new LinkedHashMap<>();
    StringBuilder index = new StringBuilder();
    int next = 0;
    for (Map.Entry<String, StoredTensor> tensor : stored(StoredTensor::f32).entrySet()) {
      String file = "model-0000%d-of-00003.safetensors".formatted(1 + next++ % 3);
      files
          .computeIfAbsent(file, name -> new LinkedHashMap<>())
          .put(tensor.getKey(), tensor.getValue());
      index
          .append(index.isEmpty() ? "" : ",")
          .append("\"%s\":\"%s\"".formatted(tensor.getKey(), file));
    }
    for (Map.Entry<String, Map<String, StoredTensor>> file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey()), SafeTensorsFile.of(file.getValue()));
    }
    Files.writeString(folder.resolve(FolderTensors.INDEX), "{\"weight_map\":{" + index + "}}");
    return folder;
  }
}
