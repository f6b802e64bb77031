package dev.turnout.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.turnout.client.codec.CodecException;
import dev.turnout.client.codec.Json;
import dev.turnout.client.codec.SnapshotCodec;
import dev.turnout.client.signing.Trust;
import dev.turnout.client.signing.UntrustedException;
import dev.turnout.flags.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The last good snapshots on disk: three generations, {@code snapshot.0} the newest. Each file is
 * one line with the SHA-256 of what follows, so that any cut or flipped bit is noticed; written
 * aside, forced to the disk and renamed, so that a crash at any point leaves at least one whole
 * generation. They never expire. Nothing is thrown: without a disk there is just no memory of it.
 *
 * <p>Where keys are pinned the document is kept as it was sent, with its signature in that first
 * line, and checked again when it is loaded: who can write to the disk cannot forge one.
 *
 * <p>For one JVM a directory; of two that share one, the last to write is remembered.
 */
public final class SnapshotStore {
  /** How many snapshots are kept. */
  static final int GENERATIONS = 3;

  private static final String TEMPORARY = ".tmp";

  // Another process may be writing one now, and takes less time for it.
  private static final Duration ABANDONED = Duration.ofHours(1);
  private static final String MAGIC = "turnout-snapshot 1 sha256 ";
  private static final String SIGNED_MAGIC = "turnout-snapshot 2 sha256 ";
  private static final int DIGEST_LENGTH = 64;
  private static final int MAX_HEADER = 512;

  private final Path directory;
  private final Trust trust;
  private final Consumer<String> warning;
  private boolean warned;
  private boolean tidied;

  /** A store of snapshots that need not be signed. */
  public SnapshotStore(Path directory, Consumer<String> warning) {
    this(directory, Trust.ANY, warning);
  }

  /**
   * Creates the store; nothing is read or written yet.
   *
   * @param directory created when first needed
   * @param trust what is loaded must meet it
   * @param warning is told, in a sentence, what could not be read or written
   */
  public SnapshotStore(Path directory, Trust trust, Consumer<String> warning) {
    this.directory = directory;
    this.trust = trust;
    this.warning = warning;
  }

  /**
   * What was kept.
   *
   * @param problems one sentence for each part of it that was not understood
   * @param signature what it was signed with; null if that was not kept
   */
  public record Kept(Snapshot snapshot, List<String> problems, @Nullable String signature) {
    public Kept {
      problems = List.copyOf(problems);
    }

    /** What was understood throughout. */
    public Kept(Snapshot snapshot, @Nullable String signature) {
      this(snapshot, List.of(), signature);
    }
  }

  /** Returns the newest snapshot that is whole and trusted, or null if there is none. */
  public synchronized @Nullable Kept load() {
    return load(0);
  }

  private @Nullable Kept load(int first) {
    for (int generation = first; generation < GENERATIONS; generation++) {
      Path file = file(generation);
      try {
        return read(file, generation);
      } catch (NoSuchFileException e) {
        // The first start, or a crash between two renames: the next one, if any, is it.
        continue;
      } catch (UntrustedException e) {
        warning.accept(file + " is refused, trying the one before: " + e.getMessage());
      } catch (IOException | RuntimeException e) {
        warning.accept(file + " cannot be used, trying the one before: " + e);
      }
    }
    return null;
  }

  /**
   * Writes a snapshot as the newest generation; on failure warns once until it works again.
   *
   * @param document it as it was sent
   * @return why it could not be kept; null if it is
   */
  public synchronized @Nullable String save(Kept kept, byte[] document) {
    // At random, for processes of several containers have one and the same number.
    String unique = Long.toHexString(ThreadLocalRandom.current().nextLong());
    Path temporary = directory.resolve("snapshot." + unique + TEMPORARY);
    String signature = kept.signature();
    boolean signed = trust.keys() != null && signature != null;
    byte[] json = signed ? document : SnapshotCodec.writeKept(kept.snapshot(), kept.problems());
    try {
      Files.createDirectories(directory);
      write(temporary, header(json, signed ? signature : null), json);
      for (int generation = GENERATIONS - 1; generation > 0; generation--) {
        if (Files.exists(file(generation - 1))) {
          move(file(generation - 1), file(generation));
        }
      }
      move(temporary, file(0));
      forceDirectory();
      discardLeftovers();
      warned = false;
      return null;
    } catch (IOException | RuntimeException e) {
      if (!warned) {
        warned = true;
        warning.accept(
            "the snapshot cannot be kept in " + directory + ", a restart would not find it: " + e);
      }
      discard(temporary);
      return e.toString();
    } catch (Throwable e) {
      discard(temporary);
      throw e;
    }
  }

  private Kept read(Path file, int generation) throws IOException, UntrustedException {
    if (Files.size(file) > MAX_HEADER + Json.MAX_BYTES) {
      throw new CodecException("it is too large");
    }
    byte[] content = Files.readAllBytes(file);
    int end = endOfLine(content);
    byte[] json = Arrays.copyOfRange(content, end, content.length);
    String signature = signature(new String(content, 0, end, ISO_8859_1));
    if (!Arrays.equals(header(json, signature), Arrays.copyOf(content, end))) {
      throw new CodecException("its checksum is wrong");
    }
    trust.checkSignature(json, signature);
    SnapshotCodec.Read read = read(json, signature, Snapshot.EMPTY);
    trust.checkEnvironment(read.snapshot().env());
    if (!read.problems().isEmpty()) {
      // As it was sent: what was not understood then either has its last good form further back.
      Kept before = load(generation + 1);
      if (before != null) {
        read = read(json, signature, before.snapshot());
      }
    }
    return new Kept(read.snapshot(), read.problems(), signature);
  }

  private static SnapshotCodec.Read read(
      byte[] json, @Nullable String signature, Snapshot previous) {
    return signature == null
        ? SnapshotCodec.readKept(json, previous)
        : SnapshotCodec.read(json, previous);
  }

  private static int endOfLine(byte[] content) {
    for (int i = 0; i < content.length && i < MAX_HEADER; i++) {
      if (content[i] == '\n') {
        return i + 1;
      }
    }
    throw new CodecException("it is cut off");
  }

  private static @Nullable String signature(String header) {
    int from = SIGNED_MAGIC.length() + DIGEST_LENGTH + 1;
    return header.startsWith(SIGNED_MAGIC) && header.length() > from
        ? header.substring(from, header.length() - 1)
        : null;
  }

  private static byte[] header(byte[] json, @Nullable String signature) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(json);
      String hex = HexFormat.of().formatHex(digest);
      String line = signature == null ? MAGIC + hex : SIGNED_MAGIC + hex + " " + signature;
      return (line + "\n").getBytes(ISO_8859_1);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void write(Path file, byte[] header, byte[] json) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      for (byte[] part : new byte[][] {header, json}) {
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

  // Once for each run is enough: only a crash in the middle of a write leaves one.
  private void discardLeftovers() throws IOException {
    if (tidied) {
      return;
    }
    tidied = true;
    // By the clock that the files have, which need not be this process's.
    Instant longAgo = Files.getLastModifiedTime(file(0)).toInstant().minus(ABANDONED);
    try (DirectoryStream<Path> temporaries =
        Files.newDirectoryStream(directory, "snapshot.*" + TEMPORARY)) {
      for (Path temporary : temporaries) {
        if (Files.getLastModifiedTime(temporary).toInstant().isBefore(longAgo)) {
          discard(temporary);
        }
      }
    }
  }

  private static void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException | RuntimeException e) {
      // It is discarded by a later run.
      return;
    }
  }

  private Path file(int generation) {
    return directory.resolve("snapshot." + generation);
  }
}
