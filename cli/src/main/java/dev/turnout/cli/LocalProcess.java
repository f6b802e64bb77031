package dev.turnout.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the system tells of a process on this machine before anything is asked of it: in {@code
 * /proc}, and so nothing where there is none, as on macOS.
 */
final class LocalProcess {
  private static final Path PROCESSES = Path.of("/proc");
  private static final Path ROOT = Path.of("/");
  private static final String LIBRARY = "/libjvm.so";
  private static final String DELETED = " (deleted)";

  private static final String SUPERUSER = "0";

  // Every HotSpot has the second, and without -Xrs the first.
  private static final Set<String> THREADS = Set.of("Signal Dispatch", "VM Thread");

  // Of signal 3, among those that a process catches.
  private static final long SIGQUIT = 1L << 2;

  private final String pid;
  private final Path entry;
  private final Path self;
  private final boolean isTold;

  LocalProcess(String pid) {
    this(PROCESSES, pid);
  }

  LocalProcess(Path processes, String pid) {
    this.pid = pid;
    entry = processes.resolve(pid);
    self = processes.resolve("self");
    isTold = Files.exists(processes.resolve("self/maps"));
  }

  /**
   * Checks that it can be attached to. That begins with a SIGQUIT where no socket awaits it, and
   * the signal ends whatever does not catch it.
   *
   * @throws CommandFailure saying what it is instead
   */
  void checkIsJvm() {
    if (!isTold) {
      return;
    }
    try {
      Map<String, String> status = status(entry);
      checkWhatItIs(status);
      checkSignal(status);
    } catch (IOException e) {
      throw Files.exists(entry)
          ? new CommandFailure(
              ExitCode.UNREACHABLE, "it cannot be seen what process " + pid + " is: " + e)
          : new CommandFailure(
              ExitCode.NOT_FOUND,
              "there is no process " + pid + ", or none that this user can see");
    }
  }

  private void checkWhatItIs(Map<String, String> status) throws IOException {
    boolean ofAnother = false;
    try {
      if (hasLibrary()) {
        return;
      }
    } catch (AccessDeniedException e) {
      ofAnother = !user(status).equals(user(status(self)));
      if (ofAnother && !user(status(self)).equals(SUPERUSER)) {
        throw ofAnotherUser();
      }
    }
    // It is the user's own and has more privileges than the user has, or a superuser asks who may
    // not trace: its libraries are not to be seen then, but who its threads are is. And there are
    // JVMs that are no library.
    if (!hasThreads()) {
      throw ofAnother
          ? ofAnotherUser()
          : new CommandFailure(
              ExitCode.USAGE, "process " + pid + " is no JVM: it has no libjvm.so loaded");
    }
  }

  // Of another JDK it is too, and of an application that has brought up a JVM by itself.
  private boolean hasLibrary() throws IOException {
    try (BufferedReader maps = Files.newBufferedReader(entry.resolve("maps"), ISO_8859_1)) {
      for (String line = maps.readLine(); line != null; line = maps.readLine()) {
        if (line.endsWith(LIBRARY) || line.endsWith(LIBRARY + DELETED)) {
          return true;
        }
      }
      return false;
    }
  }

  private boolean hasThreads() throws IOException {
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(entry.resolve("task"))) {
      for (Path thread : threads) {
        if (THREADS.contains(name(thread))) {
          return true;
        }
      }
      return false;
    }
  }

  private static String name(Path thread) throws IOException {
    try {
      return Files.readString(thread.resolve("comm"), ISO_8859_1).strip();
    } catch (NoSuchFileException e) {
      // It has ended.
      return "";
    }
  }

  // The effective one, of four.
  private static String user(Map<String, String> status) {
    return status.getOrDefault("Uid", "? ?").split("\\s+", 3)[1];
  }

  private CommandFailure ofAnotherUser() {
    return new CommandFailure(
        ExitCode.NOT_AUTHORISED,
        "process " + pid + " is another user's: repeat this as that user" + bySudo());
  }

  private void checkSignal(Map<String, String> status) throws IOException {
    // By the number that it has itself, which in a container is another one: the last of them.
    String[] numbers = status.getOrDefault("NSpid", pid).split("\\s+");
    String socket = "/tmp/.java_pid" + numbers[numbers.length - 1];
    long caught = Long.parseUnsignedLong(status.getOrDefault("SigCgt", "0"), 16);
    boolean awaited = Files.exists(entry.resolve("root" + socket)) || Files.exists(Path.of(socket));
    if ((caught & SIGQUIT) == 0 && !awaited) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          "the JVM of process "
              + pid
              + " cannot be attached to: it has only just started, or it has -Xrs and its socket "
              + socket
              + " is gone");
    }
  }

  private static Map<String, String> status(Path process) throws IOException {
    Map<String, String> status = new HashMap<>();
    for (String line : Files.readAllLines(process.resolve("status"), ISO_8859_1)) {
      String[] parts = line.split(":", 2);
      status.put(parts[0], parts[parts.length - 1].strip());
    }
    return status;
  }

  /** Where this process sees a file, or a directory, that the other one has at {@code path}. */
  Path seen(Path path) {
    return isTold ? entry.resolve("root").resolve(ROOT.relativize(path)) : path;
  }

  /**
   * Whether it has another directory at {@code path} than this process has at {@code own}: in a
   * container, or with mounts of its own. No if that cannot be told.
   */
  boolean seesOtherwise(Path path, Path own) {
    try {
      return isTold && !key(seen(path)).equals(key(own));
    } catch (IOException e) {
      return false;
    }
  }

  private static Object key(Path directory) throws IOException {
    return Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
  }

  /** Whether it sees a file at {@code path}; yes also where only it can tell. */
  boolean hasFile(Path path) {
    if (!isTold || !Files.isDirectory(seen(ROOT))) {
      return Files.isRegularFile(path);
    }
    Path at = seen(ROOT);
    for (Path name : path) {
      at = at.resolve(name);
      if (Files.isSymbolicLink(at)) {
        // Followed from here it would lead on among this process's own files.
        return true;
      }
    }
    return Files.isRegularFile(at);
  }

  /** Whose it is; null if that cannot be told. */
  @Nullable UserPrincipal owner() throws IOException {
    return isTold ? Files.getOwner(entry) : null;
  }

  private String bySudo() {
    try {
      String owner = Files.getOwner(entry).getName();
      // Of a user that has no name here, as those of a container, sudo takes the number.
      return " (sudo -u " + (owner.matches("[0-9]+") ? "'#" + owner + "'" : owner) + " ...)";
    } catch (IOException e) {
      return "";
    }
  }
}
