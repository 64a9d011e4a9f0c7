package org.attention4j.pretrained;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * The tensors of a model's folder: those of {@code model.safetensors}, or of several files that
 * {@code model.safetensors.index.json} names, each tensor with the file it is in.
 *
 * <p>The index may name files of the folder only, and the tensors must be where it says. Tensors
 * that it does not name do not count.
 */
final class FolderTensors implements TensorSource, Closeable {
  static final String WHOLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private static final String FILES = "weight_map";

  private final Map<String, SafeTensors> byName = new LinkedHashMap<>();
  private final Map<String, SafeTensors> byFile = new LinkedHashMap<>();

  private FolderTensors() {}

  /**
   * Opens the files and checks their headers.
   *
   * @throws ModelFileException if there are none, or they are damaged
   */
  static FolderTensors open(Path folder) throws IOException {
    FolderTensors tensors = new FolderTensors();
    try {
      if (Files.isRegularFile(folder.resolve(WHOLE))) {
        SafeTensors whole = tensors.file(folder, WHOLE);
        whole.names().forEach(name -> tensors.byName.put(name, whole));
      } else if (Files.isRegularFile(folder.resolve(INDEX))) {
        tensors.readIndex(folder);
      } else {
        throw new ModelFileException(
            "%s: there must be %s or %s (other formats, such as pytorch_model.bin, are not read)."
                .formatted(folder, WHOLE, INDEX));
      }
    } catch (IOException | RuntimeException e) {
      tensors.close();
      throw e;
    }
    return tensors;
  }

  private void readIndex(Path folder) throws IOException {
    String index = folder.resolve(INDEX).toString();
    JsonNode files = JsonFile.read(folder.resolve(INDEX)).path(FILES);
    if (!files.isObject()) {
      throw new ModelFileException(
          index + ": there must be an object " + FILES + " that gives each tensor its file.");
    }
    Iterator<Map.Entry<String, JsonNode>> entries = files.fields();
    while (entries.hasNext()) {
      Map.Entry<String, JsonNode> entry = entries.next();
      String tensor = "tensor " + ModelFileException.quoted(entry.getKey());
      String name = entry.getValue().asText();
      if (!entry.getValue().isTextual() || !isPlain(folder, name)) {
        throw ModelFileException.of(
            index,
            "the file of " + tensor,
            ModelFileException.quoted(name),
            "the name of a file in the same folder");
      }
      if (!Files.isRegularFile(folder.resolve(name))) {
        throw new ModelFileException(
            "%s: the file %s of %s is missing."
                .formatted(index, ModelFileException.quoted(name), tensor));
      }
      SafeTensors file = file(folder, name);
      if (!file.names().contains(entry.getKey())) {
        throw new ModelFileException(
            "%s: %s must be in %s but is not there."
                .formatted(index, tensor, ModelFileException.quoted(name)));
      }
      byName.put(entry.getKey(), file);
    }
  }

  /** Whether a name leads to no other folder. */
  private static boolean isPlain(Path folder, String name) {
    try {
      Path path = folder.getFileSystem().getPath(name);
      return !name.isEmpty()
          && !path.isAbsolute()
          && path.getNameCount() == 1
          && !name.contains("/")
          && !name.contains("\\")
          && !name.equals(".")
          && !name.equals("..");
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private SafeTensors file(Path folder, String name) throws IOException {
    SafeTensors known = byFile.get(name);
    if (known != null) {
      return known;
    }
    SafeTensors opened = SafeTensors.open(folder.resolve(name));
    byFile.put(name, opened);
    return opened;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(byName.keySet());
  }

  @Override
  public long[] shape(String name) {
    return holder(name).shape(name);
  }

  @Override
  public String file(String name) {
    return holder(name).file(name);
  }

  @Override
  public void read(String name, long from, float[] target, int count) throws IOException {
    holder(name).read(name, from, target, count);
  }

  private SafeTensors holder(String name) {
    SafeTensors holder = byName.get(name);
    if (holder == null) {
      throw new IllegalArgumentException(
          "There is no tensor " + ModelFileException.quoted(name) + ".");
    }
    return holder;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (SafeTensors file : byFile.values()) {
      try {
        file.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
