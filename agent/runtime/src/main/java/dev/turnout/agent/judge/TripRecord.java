package dev.turnout.agent.judge;

import dev.turnout.agent.AgentLog;
import dev.turnout.flags.Trip;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Properties;

/**
 * A trip as it is written down, in a file of its own. Immutable.
 *
 * @param env the environment of the server whose flag it is; empty if it is none's so far, but the
 *     flags file's, or if who wrote it down did not say
 * @param epoch that server's; 0 if it is none's so far
 * @param firstRevision the one it was of at first
 * @param foreign whether that was none of this server's: the flags file's or of another environment
 */
record TripRecord(Trip trip, String env, long epoch, long firstRevision, boolean foreign) {
  /** Whether it is of another environment than that one, as far as is known. */
  boolean isOfAnother(String environment) {
    return !env.isEmpty() && !env.equals(environment);
  }

  /**
   * Writes it to a file of its own: aside, forced to disk and renamed.
   *
   * @param file its directory is created when first needed
   */
  void write(File file) throws IOException {
    File directory = file.getParentFile();
    if (!directory.isDirectory() && !directory.mkdirs() && !directory.isDirectory()) {
      throw new IOException(directory + " cannot be created");
    }
    Properties lines = new Properties();
    lines.setProperty("flag", trip.flag());
    if (trip.variant() != null) {
      lines.setProperty("variant", trip.variant());
    }
    lines.setProperty("env", env);
    lines.setProperty("epoch", Long.toString(epoch));
    lines.setProperty("flag_revision", Long.toString(trip.flagRevision()));
    lines.setProperty("first_revision", Long.toString(firstRevision));
    lines.setProperty("foreign", Boolean.toString(foreign));
    lines.setProperty("limit", trip.limit());
    lines.setProperty("rule", trip.rule());
    lines.setProperty("observed", Double.toString(trip.observed()));
    lines.setProperty("calls", Long.toString(trip.calls()));
    lines.setProperty("bad", Long.toString(trip.bad()));
    lines.setProperty("at", trip.at().toString());
    File temporary = File.createTempFile("new", ".tmp", directory);
    try {
      try (FileOutputStream out = new FileOutputStream(temporary)) {
        lines.store(out, "A flag that tripped; removed by a reset");
        out.getFD().sync();
      }
      if (!temporary.renameTo(file)) {
        throw new IOException(temporary + " cannot be renamed to " + file);
      }
      force(directory);
    } catch (Throwable e) {
      if (!temporary.delete()) {
        AgentLog.line(temporary + " is left over and may be deleted");
      }
      throw e;
    }
  }

  // The rename itself must reach the disk.
  private static void force(File directory) {
    try (FileChannel channel = FileChannel.open(directory.toPath(), StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows cannot open a directory, and needs no forcing of one.
      return;
    }
  }

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException if something is missing or no number
   * @throws java.time.DateTimeException if it says no time
   */
  static TripRecord read(File file) throws IOException {
    Properties lines = new Properties();
    try (InputStream in = new FileInputStream(file)) {
      lines.load(in);
    }
    long calls = Long.parseLong(text(lines, "calls"));
    long bad = Long.parseLong(text(lines, "bad"));
    double observed = Double.parseDouble(text(lines, "observed"));
    // Older agents may have counted a few more, which no server takes for true.
    boolean tooMany = bad > calls;
    Trip trip =
        new Trip(
            text(lines, "flag"),
            lines.getProperty("variant"),
            Long.parseLong(text(lines, "flag_revision")),
            text(lines, "limit"),
            text(lines, "rule"),
            tooMany ? 100 : observed,
            calls,
            tooMany ? calls : bad,
            Instant.parse(text(lines, "at")));
    // Who wrote it may have known of none: then it is of the latest.
    String epoch = lines.getProperty("epoch", Long.toString(Long.MAX_VALUE));
    String first = lines.getProperty("first_revision", Long.toString(trip.flagRevision()));
    boolean foreign = Boolean.parseBoolean(lines.getProperty("foreign"));
    String env = lines.getProperty("env", "");
    return new TripRecord(trip, env, Long.parseLong(epoch), Long.parseLong(first), foreign);
  }

  private static String text(Properties lines, String name) {
    String value = lines.getProperty(name);
    if (value == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return value;
  }
}
