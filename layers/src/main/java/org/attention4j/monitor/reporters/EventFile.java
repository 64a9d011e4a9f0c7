package org.attention4j.monitor.reporters;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.nd4j.shade.protobuf.CodedOutputStream;
import org.tensorflow.framework.Summary;

/**
 * A new event file of TensorBoard in a folder. A folder is one run, and TensorBoard reads its files
 * one after the other, in the order of their names: so only one of them is written at a time.
 *
 * <p>The file is a sequence of TFRecords: the length of the data as a 64-bit integer, the masked
 * CRC32C of these eight bytes, the data, and their masked CRC32C; all little-endian. The data are a
 * message {@code tensorflow.Event}. Each record is one write, so a killed run leaves whole records,
 * and at most the last one in part.
 */
final class EventFile implements AutoCloseable {
  private static final String PREFIX = "events.out.tfevents.";
  private static final AtomicInteger COUNT = new AtomicInteger();

  // The fields of tensorflow.Event (event.proto), of which ND4J has no class.
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;

  private final AppendedFile file;

  /**
   * Makes the file, and the folder if it is absent.
   *
   * @throws UncheckedIOException if it cannot be made
   * @throws IllegalStateException if another reporter writes to the folder
   */
  EventFile(Path folder) {
    Path path =
        folder.resolve(
            PREFIX
                + "%010d.attention4j.%d.%04d"
                    .formatted(
                        System.currentTimeMillis() / 1000,
                        ProcessHandle.current().pid(),
                        COUNT.getAndIncrement()));
    file = new AppendedFile(path);
    try {
      // Own file first: of two that begin at the same moment, never both go on.
      checkAlone(folder, path);
      append(event -> event.writeString(FILE_VERSION, "brain.Event:2"));
    } catch (RuntimeException e) {
      file.close();
      path.toFile().delete();
      throw e;
    }
  }

  private static void checkAlone(Path folder, Path own) {
    try (DirectoryStream<Path> others = Files.newDirectoryStream(folder, PREFIX + "*")) {
      for (Path other : others) {
        if (!other.equals(own) && AppendedFile.isBeingWritten(other)) {
          throw new IllegalStateException(
              "The TensorBoard folder '"
                  + folder
                  + "' is being written by another reporter; give each run its own folder, or close"
                  + " the other monitor first.");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The folder '" + folder + "' cannot be read.", e);
    }
  }

  /** Appends one event. */
  void append(long step, Summary summary) {
    append(
        event -> {
          event.writeInt64(STEP, step);
          event.writeMessage(SUMMARY, summary);
        });
  }

  @FunctionalInterface
  private interface Fields {
    void write(CodedOutputStream event) throws IOException;
  }

  private void append(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream event = CodedOutputStream.newInstance(bytes);
    try {
      event.writeDouble(WALL_TIME, System.currentTimeMillis() / 1000.0);
      fields.write(event);
      event.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    file.append(framed(bytes.toByteArray()));
  }

  private static byte[] framed(byte[] data) {
    ByteBuffer record = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length);
    record.putInt(maskedCrc(record.array(), Long.BYTES));
    record.put(data);
    record.putInt(maskedCrc(data, data.length));
    return record.array();
  }

  /** TFRecord's mask, so that the CRC of data that hold a CRC stays a good one. */
  private static int maskedCrc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  @Override
  public void close() {
    file.close();
  }
}
