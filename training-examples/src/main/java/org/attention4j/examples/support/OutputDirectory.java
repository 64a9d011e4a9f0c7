package org.attention4j.examples.support;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the results of a run go. One command at a time writes there: a lock that the operating
 * system takes off when the process ends, however it ends, keeps others out.
 */
public final class OutputDirectory implements AutoCloseable {
  private static final String LOCK = ".lock";

  /** Stands in the file before the number of the process that holds the lock. */
  private static final String PROCESS = "process ";

  private static final Duration GLANCE = Duration.ofMillis(50);

  /** Beyond the text in the file, which others may read where a lock keeps readers out, too. */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private final Path path;
  private final @Nullable FileChannel channel;

  private OutputDirectory(Path path, @Nullable FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Makes a directory unless it exists, and keeps others from writing there.
   *
   * @param out the value of {@code --out}
   * @param messages where it is told that the file system knows no locks
   * @return the directory, to be closed when nothing more is written
   * @throws BadArgument if it cannot be made or written to
   * @throws CommandFailure if another command writes there
   */
  public static OutputDirectory open(Path out, PrintWriter messages) {
    if (Files.exists(out) && !Files.isDirectory(out)) {
      throw new BadArgument("--out %s is a file, not a directory.".formatted(out));
    }
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw new BadArgument("--out %s cannot be made.".formatted(out), e);
    }
    if (!Files.isWritable(out)) {
      throw new BadArgument("--out %s cannot be written to.".formatted(out));
    }
    return new OutputDirectory(out, locked(out, messages));
  }

  /**
   * Where the directory is.
   *
   * @return its path
   */
  public Path path() {
    return path;
  }

  private static @Nullable FileChannel locked(Path out, PrintWriter messages) {
    Path file = out.resolve(LOCK);
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (tryLock(channel) == null && !lockedAfterItsEnd(channel)) {
        String holder = read(channel);
        channel.close();
        throw new CommandFailure(
            "--out %s is in use by %s; wait until it ends, or name another directory."
                .formatted(out, holder.isBlank() ? "another process" : holder));
      }
      channel.truncate(0);
      byte[] holder = (PROCESS + Launch.process()).getBytes(StandardCharsets.US_ASCII);
      channel.write(ByteBuffer.wrap(holder), 0);
      return channel;
    } catch (IOException e) {
      messages.println(
          "%s cannot be locked (%s): let no other command write there."
              .formatted(file, e.getMessage()));
      messages.flush();
      return null;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock(LOCKED_BYTE, 1, false);
    } catch (OverlappingFileLockException e) {
      // Held by another command in this very JVM.
      return null;
    }
  }

  /**
   * Takes the lock from a command whose launcher is gone already. The JVM that computes for it ends
   * by itself, but a little later.
   *
   * @return whether the lock was taken
   */
  private static boolean lockedAfterItsEnd(FileChannel channel) throws IOException {
    long end = System.nanoTime() + Launch.LONGEST_END.toNanos();
    while (System.nanoTime() < end && isGone(read(channel))) {
      Launch.sleep(GLANCE);
      if (tryLock(channel) != null) {
        return true;
      }
    }
    return false;
  }

  private static boolean isGone(String holder) {
    if (!holder.startsWith(PROCESS)) {
      return false;
    }
    try {
      long pid = Long.parseLong(holder.substring(PROCESS.length()));
      return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(64);
    channel.read(text, 0);
    return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
  }

  @Override
  public void close() {
    if (channel == null) {
      return;
    }
    try {
      channel.truncate(0);
      channel.close();
    } catch (IOException e) {
      throw new CommandFailure("The lock on %s cannot be taken off.".formatted(path), e);
    }
  }
}
