package dev.turnout.agent;

import dev.turnout.agent.host.HostLibraries;
import dev.turnout.agent.host.HostMeters;
import dev.turnout.agent.judge.Breaker;
import dev.turnout.agent.judge.Pauses;
import dev.turnout.agent.judge.TripBook;
import dev.turnout.agent.measure.Meters;
import dev.turnout.agent.measure.Recorders;
import dev.turnout.agent.route.Gates;
import dev.turnout.agent.route.Rulebook;
import dev.turnout.client.ControlClient;
import dev.turnout.flags.Flag;
import dev.turnout.flags.Host;
import dev.turnout.flags.Snapshot;
import dev.turnout.flags.Trip;
import java.io.File;
import java.lang.instrument.Instrumentation;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is not a call: four times a second it looks at the limits, at the sampling and at
 * requests that take too long; in between it serves the metrics port. All of that is on one thread,
 * which waits for nobody. What is to be read from a disk, or written, is left to other threads, and
 * changes do not wait for it: who reads the flags file, or hears of the server, puts them in force
 * itself.
 */
final class Engine implements AutoCloseable {
  private static final int LONGEST_READ_SECONDS = 2;
  private static final int LONGEST_ANSWER_SECONDS = 3;
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final int TICKS_PER_WINDOW = 20;
  private static final int TICKS_PER_LOOK_AT_LIBRARIES = 20;
  private static final int MOST_LINES = 100;

  private final Options options;
  private final Recorders recorders;
  private final AgentRuntime runtime;
  private final Host host;
  private final Rulebook rules;
  private final Errands disk = new Errands("turnout-disk");
  private final TripBook tripBook;
  private final Breaker breaker;
  private final FlagNews news;
  private final ModuleOpener opener;
  private boolean stringsAreOpen;
  private final HostLibraries libraries;
  private final Clock clock = Clock.systemUTC();
  private @Nullable Thread thread;
  private final Gates gates;
  private final CountDownLatch opened = new CountDownLatch(1);
  private final CountDownLatch served = new CountDownLatch(1);
  private int ticks;
  private final Pauses pauses = new Pauses();
  private volatile @Nullable FlagsFollower flagsFile;
  private volatile @Nullable ControlClient client;
  private final StatusPages pages;
  private final Shutdown shutdown = new Shutdown();
  private long nextTickNanos;
  private volatile boolean closed;

  Engine(
      Options options,
      Recorders recorders,
      Gates gates,
      AgentRuntime runtime,
      Instrumentation instrumentation) {
    this.options = options;
    this.recorders = recorders;
    news = new FlagNews(recorders.measure());
    this.gates = gates;
    this.runtime = runtime;
    host =
        new Host(
            options.get("service"), options.instance(), options.get("region"), options.labels());
    tripBook = new TripBook(options.stateDirectory(), disk);
    breaker = new Breaker(recorders);
    rules =
        new Rulebook(
            host,
            inForce -> {
              breaker.begin(inForce.snapshot(), System.nanoTime(), clock.instant());
              gates.apply(inForce.decider());
            },
            options.overrides());
    awaitWhatMayStopFlags();
    opener = new ModuleOpener(instrumentation);
    libraries =
        new HostLibraries(
            instrumentation,
            runtime.sightings(),
            new HostMeters(recorders, rules, System::nanoTime),
            gates);
    pages =
        new StatusPages(
            options,
            () -> status().json(),
            () -> new Meters(recorders, rules, this::contactAge, clock),
            System::nanoTime);
  }

  // Known before the first call is decided; read later, by the engine's thread.
  private void awaitWhatMayStopFlags() {
    rules.await(Rulebook.Source.TRIPS);
    if (!options.get("flags-file").isEmpty()) {
      rules.await(Rulebook.Source.FILE);
    }
    if (!options.get("server").isEmpty()) {
      rules.await(Rulebook.Source.SERVER);
    }
  }

  Status status() {
    return new Status(
        options, host, recorders, rules, tripBook, runtime, () -> client, pages::url, clock);
  }

  // In seconds; of a server that was never met, since it was first asked, or nothing would ever
  // alarm anybody of it.
  private double contactAge() {
    ControlClient connected = client;
    return connected == null ? Double.NaN : connected.link().silence().toMillis() / 1000.0;
  }

  Recorders recorders() {
    return recorders;
  }

  /**
   * Takes note of a pin before the first call of what has a gate of that flag. One that is off is
   * in force from then on, another as soon as it is known that nothing stopped the flag.
   */
  void pin(String flag) {
    if (rules.override(flag) != null) {
      openStrings();
      rules.gated(flag);
    }
  }

  /** Takes note of a flag that this JVM has a gate for. */
  void gated(String flag) {
    openStrings();
    Overrides.Override pinned = rules.override(flag);
    if (pinned != null) {
      AgentLog.line(
          "flag %s is pinned to %s in this JVM by %s; a kill or a trip still wins"
              .formatted(flag, pinned.share(), pinned.origin()));
    }
    rules.gated(flag);
  }

  /** What is wrong with the flags file and the metrics port by now, a line each. */
  List<String> problems() {
    FlagsFollower file = flagsFile;
    return Stream.of(file == null ? "" : file.problem(), pages.problem())
        .filter(problem -> !problem.isEmpty())
        .toList();
  }

  /** Says, a line each, what pins no flag that this JVM has heard of so far. */
  List<String> pinsInVain() {
    Set<String> flags = new HashSet<>(runtime.flags());
    flags.addAll(rules.inForce().flags().keySet());
    return options.overrides().inVain(flags);
  }

  synchronized void start() {
    thread = AgentThread.start("turnout-engine", this::run);
  }

  /**
   * Waits until it is known by what calls are to be decided: whoever attaches to a JVM that serves
   * calls does not want them to take the fallback meanwhile. Not for ever: a server may be away.
   */
  void awaitFlags() throws InterruptedException {
    if (opened.await(LONGEST_READ_SECONDS + 1L, TimeUnit.SECONDS)
        && !options.get("server").isEmpty()) {
      var unused = served.await(LONGEST_ANSWER_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Has gated methods run as they were written from now on. */
  void release() {
    gates.release();
  }

  private void run() {
    nextTickNanos = System.nanoTime();
    if (!closed) {
      open();
    }
    opened.countDown();
    AgentThread.repeat("looking at flags and limits", () -> !closed, this::round);
    // Who closed may not have waited for what was being opened just then.
    shut();
  }

  private void open() {
    openStrings();
    AgentThread.survive("waiting for the JVM to go down", shutdown::await);
    read("reading the record of trips", this::readTrips, Rulebook.Source.TRIPS);
    read("following the flags file", this::followFlagsFile, Rulebook.Source.FILE);
    AgentThread.survive("looking at what was gated", runtime::gates);
    read("connecting to the control server", this::connect, Rulebook.Source.SERVER);
    AgentThread.survive("opening the metrics port", pages::open);
  }

  // What it turns out to be impossible to read is waited for no longer than what can be read.
  private void read(String what, Runnable step, Rulebook.Source source) {
    AgentThread.survive(what, step);
    AgentThread.survive("putting in force what was read", () -> rules.known(source));
  }

  private void round() throws InterruptedException {
    pages.serve(nextTickNanos - System.nanoTime());
    if (nextTickNanos - System.nanoTime() > 0) {
      return;
    }
    try {
      ticks++;
      tick(ticks % TICKS_PER_WINDOW == 0);
      if (ticks % TICKS_PER_LOOK_AT_LIBRARIES == 0) {
        libraries.look();
      }
    } finally {
      nextTickNanos = System.nanoTime() + TICK_NANOS;
    }
  }

  // Before the first key is hashed: from then on it is settled how.
  private void openStrings() {
    synchronized (opener) {
      if (!stringsAreOpen) {
        AgentThread.survive(
            "opening strings to the hash of keys", () -> opener.accept(String.class));
        stringsAreOpen = true;
      }
    }
  }

  // Before anything is on. If the disk hangs, it is not waited for: the server's kills and the
  // limits are worth more than what tripped before.
  private void readTrips() {
    CountDownLatch read = new CountDownLatch(1);
    disk.execute(
        () -> {
          try {
            tripBook.load();
          } finally {
            rules.trips(tripBook::trips);
            read.countDown();
          }
        });
    await(read, "the record of trips");
  }

  // Before the server's flags: one may be killed in the file.
  private void followFlagsFile() {
    if (!options.get("flags-file").isEmpty()) {
      File file = new File(options.get("flags-file"));
      FlagsFollower follower = new FlagsFollower(new FlagsFile(file), rules::file);
      flagsFile = follower;
      follower.start();
      await(follower.read(), "the flags file");
    }
  }

  private void keepFollowingFlagsFile() {
    FlagsFollower follower = flagsFile;
    if (follower != null) {
      follower.start();
    }
  }

  private static void await(CountDownLatch read, String what) {
    try {
      if (!read.await(LONGEST_READ_SECONDS, TimeUnit.SECONDS)) {
        AgentLog.line(
            what + " takes longer than " + LONGEST_READ_SECONDS + " s to read and is waited for");
      }
    } catch (InterruptedException e) {
      // The end, or some thread of the application: neither has time to wait.
      return;
    }
  }

  private void connect() {
    if (options.get("server").isEmpty()) {
      return;
    }
    ControlClient connected =
        new ControlClient(
            ServerOptions.settings(options, host),
            new ControlClient.Listener() {
              @Override
              public void snapshot(Snapshot snapshot) {
                try {
                  forgetResetTrips();
                  followServer(snapshot);
                } finally {
                  rules.server(snapshot);
                }
                served.countDown();
              }

              @Override
              public void warning(String text) {
                AgentLog.line(text);
              }
            });
    client = connected;
    Reporter reporter =
        new Reporter(host, recorders, rules, tripBook, runtime::gates, connected::refused);
    connected.report(Reporter.INTERVAL, reporter);
    connected.start();
  }

  private void tick(boolean windowEnds) {
    FaultPoint.reach("tick");
    ControlClient connected = client;
    if (connected != null) {
      connected.look();
    }
    runtime.gates();
    runtime.loadedGates().look(System.nanoTime());
    AgentThread.survive("putting in force what was brought", rules::catchUp);
    AgentThread.survive("following the flags file", this::keepFollowingFlagsFile);
    disk.look();
    tripBook.look(System.nanoTime());
    forgetResetTrips();
    followServer(rules.serverSnapshot());
    judge();
    // Flags that nobody has told of by then will not come.
    boolean settled = ticks > TICKS_PER_WINDOW;
    tell(news.lines(runtime.flags(), rules.all(), settled));
    recorders.tune(windowEnds);
  }

  // What is lost in too many lines may be the one that matters.
  private static void tell(List<String> lines) {
    lines.stream().limit(MOST_LINES).forEach(AgentLog::line);
    if (lines.size() > MOST_LINES) {
      AgentLog.line(
          lines.size() - MOST_LINES + " more flags are decided otherwise: see the status");
    }
  }

  // Before its flags are in force, or one that tripped would be on until the next tick.
  private void followServer(Snapshot snapshot) {
    if (tripBook.follow(snapshot)) {
      rules.trips(tripBook::trips);
    }
  }

  private void forgetResetTrips() {
    boolean changed = false;
    Snapshot snapshot = rules.inForce();
    Snapshot server = rules.serverSnapshot();
    for (Trip trip : tripBook.trips().values()) {
      Flag flag = snapshot.flag(trip.flag());
      if (flag != null && tripBook.isVoid(flag, server)) {
        tripBook.remove(trip.flag(), flag.resetRevision());
        AgentLog.line("flag " + trip.flag() + " was reset and may be on again in this JVM");
        changed = true;
      }
    }
    if (changed) {
      rules.trips(tripBook::trips);
    }
  }

  private void judge() {
    if (shutdown.hasBegun()) {
      return;
    }
    long now = System.nanoTime();
    long pausedNanos = pauses.look(now);
    // Before it is looked: a server that comes meanwhile has not made what is judged.
    Snapshot server = rules.serverSnapshot();
    gates.seeDebuts();
    List<Trip> breaches = breaker.look(this::inForce, pausedNanos, now, clock.instant());
    if (!breaches.isEmpty()) {
      record(breaches, server);
    }
    for (Trip trip : breaches) {
      AgentLog.line(
          "TRIPPED flag "
              + trip.flag()
              + " is off in this JVM until it is reset: "
              + trip.describe());
    }
    ControlClient connected = client;
    if (!breaches.isEmpty() && connected != null) {
      connected.hurry();
    }
  }

  private Breaker.InForce inForce() {
    Rulebook.InForce all = rules.all();
    return new Breaker.InForce(all.snapshot(), all.trips().keySet());
  }

  private void record(List<Trip> breaches, Snapshot server) {
    try {
      for (Trip trip : breaches) {
        boolean served = server.flag(trip.flag()) != null;
        tripBook.add(trip, served ? server.env() : "", served ? server.epoch() : 0);
      }
    } finally {
      rules.trips(tripBook::trips);
    }
  }

  @Override
  public void close() {
    closed = true;
    Thread running;
    synchronized (this) {
      running = thread;
    }
    if (running != null) {
      running.interrupt();
      try {
        running.join(2000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    shut();
  }

  private void shut() {
    FlagsFollower follower = flagsFile;
    if (follower != null) {
      follower.close();
    }
    ControlClient connected = client;
    if (connected != null) {
      connected.close();
    }
    pages.close();
    AgentThread.survive("no longer waiting for the JVM to go down", shutdown::close);
    AgentThread.survive("taking meters out of the application's registries", libraries::close);
    rules.server(Snapshot.EMPTY);
    rules.file(Snapshot.EMPTY);
  }
}
