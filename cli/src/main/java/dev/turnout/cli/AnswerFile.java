package dev.turnout.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.SecureRandom;
import java.util.Set;

/**
 * Where the agent of a JVM writes its answer: a file that the JVM sees and its user may write, and
 * nobody else. What is asked stands there until then, if the JVM takes no argument so long.
 *
 * <p>A JVM in a container, or one that systemd gives a private {@code /tmp}, sees another {@code
 * /tmp} than this process does, and its file is made there. Whoever rules there may be nobody to
 * trust, and a link of theirs leads out into this process's own files: so none is followed. What
 * was written is read from what was made, and not by its name, which may be another file's by then.
 */
final class AnswerFile implements Closeable {
  // By which what is asked is told from an answer; the agent's AgentStart has it too.
  private static final String ASKED = "asked ";

  private static final Path TEMPORARY = Path.of("/tmp");

  // The status of ten thousand gates is a few.
  private static final int MOST_BYTES = 64 << 20;

  private final Path path;
  private final SeekableByteChannel content;
  private final Closeable removal;

  private AnswerFile(Path path, SeekableByteChannel content, Closeable removal) {
    this.path = path;
    this.content = content;
    this.removal = removal;
  }

  /**
   * Makes an empty one.
   *
   * @param temporary this process's directory for such files
   */
  static AnswerFile of(LocalProcess process, Path temporary) throws IOException {
    if (!process.seesOtherwise(TEMPORARY, temporary)) {
      return here(process, temporary);
    }
    try {
      return inside(process);
    } catch (IOException e) {
      throw new IOException(
          "it has a /tmp of its own, where no file for its answer can be made: run this in its"
              + " container ("
              + e
              + ")",
          e);
    }
  }

  private static AnswerFile here(LocalProcess process, Path temporary) throws IOException {
    Path file = Files.createTempFile(temporary, "turnout", ".answer");
    try {
      SeekableByteChannel content =
          Files.newByteChannel(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      give(Files.getFileAttributeView(file, FileOwnerAttributeView.class), process);
      return new AnswerFile(file, content, () -> Files.deleteIfExists(file));
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private static AnswerFile inside(LocalProcess process) throws IOException {
    SecureDirectoryStream<Path> directory = open(process.seen(TEMPORARY));
    Path name = Path.of("turnout" + Long.toHexString(new SecureRandom().nextLong()) + ".answer");
    Closeable removal = () -> remove(name, directory);
    try {
      SeekableByteChannel content =
          directory.newByteChannel(
              name,
              Set.of(
                  StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      give(
          directory.getFileAttributeView(name, FileOwnerAttributeView.class, NOFOLLOW_LINKS),
          process);
      return new AnswerFile(TEMPORARY.resolve(name), content, removal);
    } catch (IOException | RuntimeException e) {
      removal.close();
      throw e;
    }
  }

  private static void remove(Path name, SecureDirectoryStream<Path> directory) throws IOException {
    try (directory) {
      directory.deleteFile(name);
    } catch (NoSuchFileException e) {
      // Its user may have taken it away too.
      return;
    }
  }

  private static SecureDirectoryStream<Path> open(Path directory) throws IOException {
    try (DirectoryStream<Path> parent = Files.newDirectoryStream(directory.getParent())) {
      if (parent instanceof SecureDirectoryStream<Path> secure) {
        return secure.newDirectoryStream(directory.getFileName(), NOFOLLOW_LINKS);
      }
      throw new IOException(directory + " cannot be opened without following links");
    }
  }

  // Who may attach to another user's JVM is the superuser; the JVM has to write the file all the
  // same, and nobody else.
  private static void give(FileOwnerAttributeView file, LocalProcess process) throws IOException {
    UserPrincipal owner = process.owner();
    if (owner != null && !owner.equals(file.getOwner())) {
      file.setOwner(owner);
    }
  }

  /** As the JVM sees it. */
  Path path() {
    return path;
  }

  /** Writes what the agent is asked, for it to read before it answers. */
  void ask(String request) throws IOException {
    // Not closed, as the channel would be with it.
    OutputStream out = Channels.newOutputStream(content);
    out.write((ASKED + request).getBytes(UTF_8));
  }

  /** What was written; empty, or what was asked, if the agent wrote nothing. */
  String text() throws IOException {
    content.position(0);
    return new String(Channels.newInputStream(content).readNBytes(MOST_BYTES), UTF_8);
  }

  /** Takes the file away, by which the agent knows that nobody waits for an answer any more. */
  @Override
  public void close() throws IOException {
    try (content) {
      removal.close();
    }
  }
}
