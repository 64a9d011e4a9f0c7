package org.attention4j.pretrained;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a file, little-endian. The file is mapped into memory, a window at a time and only
 * when asked for: a Java buffer ends at 2 GiB, files do not.
 */
final class FileBytes implements Closeable {
  /** 1 GiB. */
  private static final int WINDOW = 1 << 30;

  /** A window goes on for that much into the next, so that no number is cut: the widest has 8. */
  private static final int OVERLAP = 8;

  private final long length;
  private final int window;
  private final @Nullable FileChannel channel;

  /** By their number; few of the file's may be in use. */
  private final Map<Long, ByteBuffer> windows = new HashMap<>();

  private FileBytes(long length, int window, @Nullable FileChannel channel) {
    this.length = length;
    this.window = window;
    this.channel = channel;
  }

  static FileBytes open(Path file) throws IOException {
    return open(file, WINDOW);
  }

  /** With windows of another size. */
  static FileBytes open(Path file, int window) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new FileBytes(channel.size(), window, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Bytes that are in memory already. */
  static FileBytes of(byte[] bytes) {
    FileBytes whole = new FileBytes(bytes.length, WINDOW, null);
    whole.windows.put(0L, ByteBuffer.wrap(bytes));
    return whole;
  }

  long length() {
    return length;
  }

  /**
   * The bytes from a position on: eight at least, or all to the end of the file.
   *
   * @param position at least 0 and below the length
   */
  synchronized ByteBuffer from(long position) throws IOException {
    long index = position / window;
    ByteBuffer buffer = windows.get(index);
    if (buffer == null) {
      buffer = map(index * window);
      windows.put(index, buffer);
    }
    int offset = Math.toIntExact(position % window);
    return buffer.slice(offset, buffer.limit() - offset).order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer map(long begin) throws IOException {
    if (channel == null) {
      throw new IllegalStateException("bytes in memory have one window");
    }
    return channel.map(
        FileChannel.MapMode.READ_ONLY, begin, Math.min(length - begin, (long) window + OVERLAP));
  }

  /** Copies bytes. */
  byte[] copy(long position, int count) throws IOException {
    byte[] copy = new byte[count];
    int done = 0;
    while (done < count) {
      ByteBuffer next = from(position + done);
      int some = Math.min(count - done, next.remaining());
      next.get(copy, done, some);
      done += some;
    }
    return copy;
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
