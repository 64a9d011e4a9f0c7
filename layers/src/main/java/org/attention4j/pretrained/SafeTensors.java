package org.attention4j.pretrained;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The tensors of a safetensors file. The file is mapped into memory and read when asked: opening it
 * reads the header alone.
 *
 * <p>Read are F32, F16 and BF16, each converted to {@code float} exactly. Tensors of other types
 * may be in the file; reading one is refused.
 *
 * <p>Files are not trusted. The header has at most 100 MB, as in the format's own implementation,
 * and no tensor more than 32 axes. Tensors must follow each other without a gap or a common byte
 * and fill the file. Names are unique. Nothing larger than the header is reserved before all of it
 * was checked, and reading reserves nothing.
 *
 * <p>A file must not be made shorter while it is open: the machine then ends what reads it with an
 * {@link InternalError}. The memory of a mapping is given back when the garbage collector finds the
 * object unused.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">The format</a>
 */
public final class SafeTensors implements TensorSource, Closeable {
  private final String file;
  private final FileBytes bytes;
  private final Map<String, SafeTensorsHeader.Tensor> tensors;

  private SafeTensors(String file, FileBytes bytes) throws IOException {
    this.file = file;
    this.bytes = bytes;
    tensors = SafeTensorsHeader.read(file, bytes);
  }

  /**
   * Opens a file and checks its header.
   *
   * @param file the file
   * @return its tensors
   * @throws ModelFileException if it is no whole safetensors file
   * @throws IOException if it cannot be read
   */
  public static SafeTensors open(Path file) throws IOException {
    return open(file.toString(), FileBytes.open(file));
  }

  /**
   * Checks the header of a file that is in memory already, such as a resource of a program.
   *
   * @param file what messages call it
   * @param bytes the whole file, not to be changed
   * @return its tensors
   * @throws ModelFileException if it is no whole safetensors file
   * @throws IOException never; the method that maps files shares the code
   */
  public static SafeTensors of(String file, byte[] bytes) throws IOException {
    return open(file, FileBytes.of(bytes));
  }

  /**
   * Checks the header of bytes.
   *
   * @param file what messages call them
   * @param bytes closed if they are no whole file
   */
  static SafeTensors open(String file, FileBytes bytes) throws IOException {
    try {
      return new SafeTensors(file, bytes);
    } catch (IOException | RuntimeException e) {
      bytes.close();
      throw e;
    }
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  @Override
  public long[] shape(String name) {
    return tensor(name).shape().clone();
  }

  @Override
  public String file(String name) {
    tensor(name);
    return file;
  }

  @Override
  public void read(String name, long from, float[] target, int count) throws IOException {
    SafeTensorsHeader.Tensor tensor = tensor(name);
    Objects.checkFromIndexSize(from, count, tensor.count());
    Objects.checkFromIndexSize(0, count, target.length);
    TensorType type = tensor.type();
    if (!type.isReadable()) {
      throw ModelFileException.of(
          file, "dtype of tensor " + ModelFileException.quoted(name), type, "F32, F16 or BF16");
    }
    int done = 0;
    while (done < count) {
      ByteBuffer next = bytes.from(tensor.begin() + (from + done) * type.bytes());
      int some = Math.min(count - done, next.remaining() / type.bytes());
      type.read(next, target, done, some);
      done += some;
    }
  }

  private SafeTensorsHeader.Tensor tensor(String name) {
    SafeTensorsHeader.Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          file + ": there is no tensor " + ModelFileException.quoted(name) + ".");
    }
    return tensor;
  }

  /** Closes the file. */
  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
