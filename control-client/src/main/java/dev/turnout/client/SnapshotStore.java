package dev.turnout.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.flags.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The last good snapshots on disk: three generations, {@code snapshot.0} the newest. Each file is
 * one line with the SHA-256 of what follows, so that any cut or flipped bit is noticed; written
 * aside, forced to the disk and renamed, so that a crash at any point leaves at least one whole
 * generation. They never expire. Nothing is thrown: without a disk there is just no memory of it.
 *
 * <p>For one JVM a directory; of two that share one, the last to write is remembered.
 */
public final class SnapshotStore {
  private static final int GENERATIONS = 3;
  private static final String MAGIC = "turnout-snapshot 1 sha256 ";
  private static final int HEADER = MAGIC.length() + 64 + 1;

  private final Path directory;
  private final Consumer<String> warning;
  private boolean warned;

  /**
   * Creates the store; nothing is read or written yet.
   *
   * @param directory created when first needed
   * @param warning is told, in a sentence, what could not be read or written
   */
  public SnapshotStore(Path directory, Consumer<String> warning) {
    this.directory = directory;
    this.warning = warning;
  }

  /** Returns the newest snapshot that is whole, or null if there is none. */
  public synchronized @Nullable Snapshot load() {
    for (int generation = 0; generation < GENERATIONS; generation++) {
      Path file = file(generation);
      try {
        return read(file);
      } catch (NoSuchFileException e) {
        // The first start, or a crash between two renames: the next one, if any, is it.
        continue;
      } catch (IOException | RuntimeException e) {
        warning.accept(file + " cannot be used, trying the one before: " + e);
      }
    }
    return null;
  }

  /** Writes a snapshot as the newest generation; on failure warns once until it works again. */
  public synchronized void save(Snapshot snapshot) {
    Path temporary = directory.resolve("snapshot." + ProcessHandle.current().pid() + ".tmp");
    try {
      Files.createDirectories(directory);
      write(temporary, SnapshotCodec.write(snapshot));
      for (int generation = GENERATIONS - 1; generation > 0; generation--) {
        if (Files.exists(file(generation - 1))) {
          move(file(generation - 1), file(generation));
        }
      }
      move(temporary, file(0));
      forceDirectory();
      warned = false;
    } catch (IOException | RuntimeException e) {
      if (!warned) {
        warned = true;
        warning.accept(
            "the snapshot cannot be kept in " + directory + ", a restart would not find it: " + e);
      }
      discard(temporary);
    }
  }

  private static Snapshot read(Path file) throws IOException {
    if (Files.size(file) > HEADER + Json.MAX_BYTES) {
      throw new CodecException("it is too large");
    }
    byte[] content = Files.readAllBytes(file);
    if (content.length < HEADER) {
      throw new CodecException("it is cut off");
    }
    byte[] json = Arrays.copyOfRange(content, HEADER, content.length);
    if (!Arrays.equals(header(json), 0, HEADER, content, 0, HEADER)) {
      throw new CodecException("its checksum is wrong");
    }
    return SnapshotCodec.read(json, Snapshot.EMPTY).snapshot();
  }

  private static byte[] header(byte[] json) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(json);
      return (MAGIC + HexFormat.of().formatHex(digest) + "\n").getBytes(US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void write(Path file, byte[] json) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      for (byte[] part : new byte[][] {header(json), json}) {
        ByteBuffer buffer = ByteBuffer.wrap(part);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      channel.force(true);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  // The renames themselves must reach the disk.
  private void forceDirectory() {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows cannot open a directory, and needs no forcing of one.
      return;
    }
  }

  private static void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException | RuntimeException e) {
      // It is overwritten by the next attempt.
      return;
    }
  }

  private Path file(int generation) {
    return directory.resolve("snapshot." + generation);
  }
}
