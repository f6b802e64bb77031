package dev.turnout.agent.judge;

import dev.turnout.agent.AgentLog;
import dev.turnout.flags.Trip;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * This JVM's trips, kept in a file so that a tripped flag is still off after a restart. The file is
 * written whole beside the old one, forced to disk and renamed over it. Safe for many threads.
 */
public final class TripBook {
  private static final String FILE = "trips.properties";

  private final File file;
  private final Map<String, Trip> trips = new HashMap<>();
  private boolean warned;

  public TripBook(File directory) {
    file = new File(directory, FILE);
  }

  /** Reads what an earlier run left; an unreadable file is told and set aside, not deleted. */
  public synchronized void load() {
    if (!file.exists()) {
      return;
    }
    Properties lines = new Properties();
    try (InputStream in = new FileInputStream(file)) {
      lines.load(in);
      for (String flag : lines.stringPropertyNames()) {
        trips.put(flag, parse(flag, lines.getProperty(flag)));
      }
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      File aside = new File(file.getPath() + ".unreadable");
      boolean moved = file.renameTo(aside);
      AgentLog.line(
          "the record of trips "
              + file
              + " is unreadable: "
              + e.getMessage()
              + (moved ? "; kept as " + aside : ""));
    }
  }

  /** Adds a trip and writes it down. */
  public synchronized void add(Trip trip) {
    trips.put(trip.flag(), trip);
    save();
  }

  /** Forgets the trip of a flag that was reset. */
  public synchronized void remove(String flag) {
    if (trips.remove(flag) != null) {
      save();
    }
  }

  /** The trips in force, by flag. */
  public synchronized Map<String, Trip> trips() {
    return Map.copyOf(trips);
  }

  private void save() {
    Properties lines = new Properties();
    trips.forEach((flag, trip) -> lines.setProperty(flag, format(trip)));
    File temporary = new File(file.getPath() + ".tmp");
    try {
      File directory = file.getParentFile();
      if (directory != null && !directory.isDirectory() && !directory.mkdirs()) {
        throw new IOException(directory + " cannot be created");
      }
      try (FileOutputStream out = new FileOutputStream(temporary)) {
        lines.store(out, "Flags that tripped in this JVM; removed by a reset");
        out.getFD().sync();
      }
      if (!temporary.renameTo(file)) {
        throw new IOException(temporary + " cannot be renamed to " + file);
      }
      warned = false;
    } catch (IOException e) {
      if (!warned) {
        warned = true;
        AgentLog.line("trips are kept in memory only, a restart forgets them: " + e.getMessage());
      }
    }
  }

  private static String format(Trip trip) {
    return String.join(
        "|",
        Long.toString(trip.flagRevision()),
        trip.limit(),
        trip.rule(),
        Double.toString(trip.observed()),
        Long.toString(trip.calls()),
        Long.toString(trip.bad()),
        trip.at().toString());
  }

  private static Trip parse(String flag, String line) {
    String[] parts = line.split("\\|", -1);
    if (parts.length != 7) {
      throw new IllegalArgumentException("expected 7 fields for " + flag);
    }
    return new Trip(
        flag,
        Long.parseLong(parts[0]),
        parts[1],
        parts[2],
        Double.parseDouble(parts[3]),
        Long.parseLong(parts[4]),
        Long.parseLong(parts[5]),
        Instant.parse(parts[6]));
  }
}
