package dev.turnout.agent.judge;

import dev.turnout.agent.AgentLog;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import java.io.File;
import java.io.IOException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * This JVM's trips, each kept in a file of its own so that a tripped flag is still off after a
 * restart. Several JVMs may share the directory, and one unreadable file costs no other trip. A
 * file is written aside, forced to disk and renamed; by another thread than the one that trips a
 * flag, for a disk may hang. Safe for many threads.
 */
public final class TripBook {
  private static final String SUFFIX = ".trip";
  private static final long NANOS_TO_RETRY = TimeUnit.SECONDS.toNanos(30);

  private final File directory;
  private final Executor disk;
  private final Map<String, TripRecord> entries = new HashMap<>();
  // What there is to be written down, by flag; another object with each change. It stays until it
  // is written: to take note of a failure takes memory, and that may be what was missing.
  private final Map<String, Object> unwritten = new LinkedHashMap<>();

  // Whether an errand is on its way that will write all of it, and whether there is more since.
  private boolean underway;
  private boolean again;
  private long failedNanos;

  // Of flags that were reset.
  private final Map<String, Reset> resets = new HashMap<>();
  private volatile Map<String, Trip> copy = Map.of();
  private volatile @Nullable String problem;

  /** A record is void if it is of an earlier revision than the first, or of the second. */
  private record Reset(long revision, long firstRevision) {}

  /**
   * Creates the book; nothing is read or written yet.
   *
   * @param stateDirectory created when first needed
   * @param disk writes, one thing after the other
   */
  public TripBook(File stateDirectory, Executor disk) {
    directory = new File(stateDirectory.getAbsoluteFile(), "trips");
    this.disk = disk;
  }

  /**
   * Reads what earlier runs left; an unreadable file is told and left alone, and so is a directory
   * that no trip could be written to: better known now than at a restart after one. Takes as long
   * as the disk does.
   */
  public void load() {
    String obstacle = obstacle();
    problem = obstacle;
    if (obstacle != null) {
      AgentLog.line(
          "state-directory "
              + directory.getParent()
              + " cannot be used: "
              + obstacle
              + "; until it is a directory that this process may write to, trips and snapshots are"
              + " kept in memory only and a restart forgets them");
    }
    File[] files = directory.listFiles((place, name) -> name.endsWith(SUFFIX));
    for (File file : files == null ? new File[0] : files) {
      try {
        found(TripRecord.read(file));
      } catch (IOException | IllegalArgumentException | DateTimeException e) {
        AgentLog.line(
            "the record of a trip "
                + file
                + " is unreadable, so the flag that it is named after may be on again: "
                + e.getMessage());
      }
    }
  }

  // What has tripped or was reset meanwhile is newer.
  private synchronized void found(TripRecord entry) {
    String flag = entry.trip().flag();
    if (!unwritten.containsKey(flag) && entries.putIfAbsent(flag, entry) == null) {
      publish();
    }
  }

  private void publish() {
    Map<String, Trip> trips = new HashMap<>();
    entries.forEach((flag, entry) -> trips.put(flag, entry.trip()));
    copy = Map.copyOf(trips);
  }

  /**
   * Adds a trip, and has it written down.
   *
   * @param env the environment of the server whose flag it is; empty if it is none's
   * @param epoch that server's; 0 if it is none's
   */
  public synchronized void add(Trip trip, String env, long epoch) {
    put(new TripRecord(trip, env, epoch, trip.flagRevision(), epoch == 0));
  }

  private void put(TripRecord entry) {
    String flag = entry.trip().flag();
    entries.put(flag, entry);
    resets.remove(flag);
    changed(flag);
  }

  private void changed(String flag) {
    publish();
    unwritten.put(flag, new Object());
    writeSoon();
  }

  private void writeSoon() {
    again = underway;
    if (underway) {
      return;
    }
    underway = true;
    try {
      disk.execute(this::writeDown);
    } catch (Throwable e) {
      // The flag is off all the same, which is what comes next.
      underway = false;
      failed(e.toString());
    }
  }

  /**
   * Has written what could not be half a minute ago: the disk may have room again, which it often
   * has not when a flag trips. To be called again and again.
   */
  public synchronized void look(long nowNanos) {
    if (!unwritten.isEmpty() && !underway && nowNanos - failedNanos >= NANOS_TO_RETRY) {
      writeSoon();
    }
  }

  private void writeDown() {
    try {
      for (String flag : pending()) {
        writeOrTell(flag);
      }
    } catch (Throwable e) {
      failed(e.toString());
    } finally {
      finish();
    }
  }

  private synchronized List<String> pending() {
    again = false;
    return List.copyOf(unwritten.keySet());
  }

  private synchronized void finish() {
    underway = false;
    if (again) {
      writeSoon();
    }
  }

  // The memory may be full, and that be why the flag tripped: then it is tried again as where the
  // disk is.
  private void writeOrTell(String flag) {
    try {
      write(flag);
    } catch (IOException e) {
      failed(String.valueOf(e.getMessage()));
    } catch (Throwable e) {
      failed(e.toString());
    }
  }

  // Whatever there is to be said of the flag by then.
  private void write(String flag) throws IOException {
    Object change;
    TripRecord entry;
    Reset reset;
    synchronized (this) {
      change = unwritten.get(flag);
      entry = entries.get(flag);
      reset = resets.get(flag);
    }
    File file = file(flag);
    if (entry != null) {
      entry.write(file);
    } else if (reset != null && file.exists() && isVoid(file, reset) && !file.delete()) {
      AgentLog.line(file + " cannot be deleted: it is void, for its flag was reset");
    }
    written(flag, change, entry != null);
  }

  private synchronized void written(String flag, @Nullable Object change, boolean recorded) {
    if (unwritten.remove(flag, change)) {
      resets.remove(flag);
    }
    if (recorded && problem != null) {
      AgentLog.line("trips are kept on disk again");
      problem = null;
    }
  }

  private synchronized void failed(String obstacle) {
    failedNanos = System.nanoTime();
    boolean told = problem != null;
    problem = obstacle;
    if (!told) {
      AgentLog.line("trips are kept in memory only, a restart forgets them: " + obstacle);
    }
  }

  /**
   * Says why trips are in memory only and a restart would forget them, as of when the disk was last
   * needed; null if they are not.
   */
  public @Nullable String problem() {
    return problem;
  }

  // The directory is made when the first trip needs it: here it is only looked at.
  private @Nullable String obstacle() {
    File nearest = directory;
    while (nearest != null && !nearest.exists()) {
      nearest = nearest.getParentFile();
    }
    if (nearest == null || !nearest.isDirectory()) {
      return (nearest == null ? directory : nearest) + " is no directory";
    }
    return nearest.canWrite() ? null : "there is no right to write to " + nearest;
  }

  // Another JVM may have written it since: that trip is one of after the reset.
  private static boolean isVoid(File file, Reset reset) {
    try {
      long recorded = TripRecord.read(file).trip().flagRevision();
      return recorded < reset.revision() || recorded == reset.firstRevision();
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      // Nobody can go by it.
      return true;
    }
  }

  /**
   * Forgets the trip of a flag that was reset.
   *
   * @param resetRevision at which: a record of a later trip, another JVM's, stays
   */
  public synchronized void remove(String flag, long resetRevision) {
    TripRecord removed = entries.remove(flag);
    if (removed != null) {
      resets.put(flag, new Reset(resetRevision, removed.firstRevision()));
      changed(flag);
    }
  }

  /**
   * Takes over the trips of revisions that the server has not come to, for it was restored from a
   * backup: they are of its present one from now on. Else no reset could be later than they are. A
   * server that is restored begins an epoch; of one that has not, what is known here may just be
   * old. So it is with trips whose revision is none of the server's, when it tells of that flag:
   * those of no server's flag, which would be taken for reset since, and those of another
   * environment, from which this JVM was moved.
   *
   * @param server what is known of the server's flags, before they are in force
   * @return whether there were any
   */
  public synchronized boolean follow(Snapshot server) {
    boolean changed = false;
    for (TripRecord entry : List.copyOf(entries.values())) {
      if (isToFollow(entry, server)) {
        Trip followed = entry.trip().under(server.revision());
        boolean foreign = entry.foreign() || entry.isOfAnother(server.env());
        long first = entry.firstRevision();
        put(new TripRecord(followed, server.env(), server.epoch(), first, foreign));
        changed = true;
      }
    }
    return changed;
  }

  private static boolean isToFollow(TripRecord entry, Snapshot server) {
    Trip trip = entry.trip();
    boolean lost =
        entry.epoch() < server.epoch()
            && (entry.epoch() == 0 || trip.flagRevision() > server.revision());
    return server.flag(trip.flag()) != null && (lost || entry.isOfAnother(server.env()));
  }

  /**
   * Returns whether a trip no longer counts, for its flag was reset since.
   *
   * @param flag as it is in force
   * @param server its flags in force; what it does not tell of is the flags file's, which knows of
   *     the revision that the trip was of there and of no other
   */
  public synchronized boolean isVoid(Flag flag, Snapshot server) {
    TripRecord entry = entries.get(flag.name());
    if (entry == null || isToFollow(entry, server)) {
      return false;
    }
    boolean ofFile = entry.foreign() && server.flag(flag.name()) == null;
    long revision = ofFile ? entry.firstRevision() : entry.trip().flagRevision();
    return flag.resetRevision() > revision;
  }

  /**
   * The trips as a server is to hear of them: those that were none of its flags are of no revision
   * of its, and so no reason to stop its flag for others. Not of the file's or another
   * environment's either, whose numbers may be higher than those at which the server's flag was
   * made or reset.
   */
  public synchronized List<Trip> reported() {
    List<Trip> trips = new ArrayList<>();
    for (TripRecord entry : entries.values()) {
      Trip trip = entry.trip();
      trips.add(entry.foreign() ? trip.under(0) : trip);
    }
    return trips;
  }

  /**
   * The trips in force, by flag; the same map until there is a change. Waits for nobody: an
   * application's own meters ask too, and the disk may be slow.
   */
  public Map<String, Trip> trips() {
    return copy;
  }

  private File file(String flag) {
    return new File(directory, flag + SUFFIX);
  }
}
