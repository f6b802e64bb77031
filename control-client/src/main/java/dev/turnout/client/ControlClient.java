package dev.turnout.client;

import dev.turnout.client.Contact.Way;
import dev.turnout.client.Warnings.Topic;
import dev.turnout.client.codec.ReportCodec;
import dev.turnout.client.signing.Trust;
import dev.turnout.client.tls.ClientTls;
import dev.turnout.flags.Host;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an agent in touch with its control server: the stored snapshot at once, then whatever the
 * stream or the poll brings that is newer; and sends its reports.
 *
 * <p>Two threads, and no library adds one: {@code turnout-stream} follows the stream, and waits in
 * between; {@code turnout-requests} asks for whatever is answered at once, one thing after another,
 * so that nothing of that ever delays a kill. A third, {@code turnout-store}, is there while a
 * snapshot is written to the disk. Time limits are the caller's to enforce, see {@link #look}. Safe
 * for use by several threads.
 */
public final class ControlClient implements AutoCloseable {
  private static final int DISK_IDLE_SECONDS = 1;
  private static final int LONGEST_WRITE_SECONDS = 2;
  private static final int LONGEST_READ_SECONDS = 2;

  /**
   * Where the server is and who asks.
   *
   * @param server such as {@code https://turnout.example.com}, http or https
   * @param token asked for every request, see {@link TokenFile}; never logged
   * @param host who asks
   * @param stateDirectory where snapshots are kept; null for nowhere
   * @param timing how long to wait for what
   * @param trust whose snapshots are taken
   * @param tls how the server is known, and this client to it
   */
  public record Settings(
      URI server,
      Supplier<String> token,
      Host host,
      @Nullable Path stateDirectory,
      Timing timing,
      Trust trust,
      ClientTls tls) {
    public Settings {
      String scheme = String.valueOf(server.getScheme());
      if (!(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))
          || server.getHost() == null) {
        throw new IllegalArgumentException(
            "the control server must be an http or https URL with a host");
      }
    }

    /** With the timing that the server expects, taking whatever it sends. */
    public Settings(URI server, Supplier<String> token, Host host, @Nullable Path stateDirectory) {
      this(server, token, host, stateDirectory, Timing.DEFAULT, Trust.ANY, ClientTls.DEFAULT);
    }
  }

  /** Is told what happens, by one thread at a time for snapshots; should return soon. */
  public interface Listener {
    /** A snapshot came into force. */
    void snapshot(Snapshot snapshot);

    /** Something that the person on call may want to know; at most once a minute for the same. */
    void warning(String text);
  }

  /**
   * What became of a report.
   *
   * @param accepted whether the server has it
   * @param problem why not, for people; empty if accepted
   * @param retryAfter how long the server wants to be left alone; zero if it does not say
   */
  public record Sent(boolean accepted, String problem, Duration retryAfter) {
    private static final Sent ACCEPTED = new Sent(true, "");

    /** Of a server that does not say how long to wait. */
    public Sent(boolean accepted, String problem) {
      this(accepted, problem, Duration.ZERO);
    }
  }

  /**
   * How the way to the server is at present.
   *
   * @param silence how long the server has not answered as it should; since the client was made, as
   *     long as it never has
   * @param met whether it ever has
   * @param connected whether the stream is there; else it waits for its next attempt, or is at it
   * @param problem what is wrong, in one line for people; empty if nothing is
   */
  public record Link(Duration silence, boolean met, boolean connected, String problem) {}

  /** Says what is to be reported, and when; on the thread that requests are made on. */
  public interface Reports {
    /** The report to send now. */
    Report next();

    /** Takes note of what became of it, and returns how long to wait for the next. */
    Duration sent(Sent sent);
  }

  private final Settings settings;
  private final Sources sources;
  private final Warnings warnings;
  private final Contact contact;
  private final Refusals refusals;
  private final SnapshotKeeper keeper;
  private final InForce inForce;
  private final ExecutorService disk;
  private final SnapshotStream stream;
  private final SnapshotPoll poll;
  private final Requests requests;
  private volatile @Nullable Http http;
  private Requests.@Nullable Job reporting;
  private boolean streams;
  private boolean asks;
  private volatile boolean awaitsThreads;
  private boolean closed;

  /** Creates a client; nothing happens before {@link #start}. */
  public ControlClient(Settings settings, Listener listener) {
    this(settings, listener, Sources.real());
  }

  ControlClient(Settings settings, Listener listener, Sources sources) {
    this.settings = settings;
    this.sources = sources;
    warnings = new Warnings(listener::warning, sources.nanos());
    contact = new Contact(settings.server().toString(), sources.nanos(), warnings);
    Path directory = settings.stateDirectory();
    Trust trust = settings.trust();
    SnapshotStore store =
        directory == null ? null : new SnapshotStore(directory, trust, warnings::say);
    refusals = new Refusals(sources);
    disk = disk(warnings);
    keeper = new SnapshotKeeper(store, disk, warnings, sources.nanos());
    inForce = new InForce(keeper, trust, listener::snapshot, warnings, refusals);
    Timing timing = settings.timing();
    stream = new SnapshotStream(this::http, inForce, timing, sources, warnings, contact);
    poll = new SnapshotPoll(this::http, inForce, timing, sources, warnings, contact, stream);
    requests = new Requests(sources.nanos());
  }

  // One thread, while there is something to read or write: of what is to be written only the latest
  // waits, so there are never many.
  private static ExecutorService disk(Warnings warnings) {
    ThreadPoolExecutor disk =
        new ThreadPoolExecutor(
            1,
            1,
            DISK_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> Daemon.thread("turnout-store", warnings, task));
    disk.allowCoreThreadTimeOut(true);
    return disk;
  }

  /**
   * Delivers the stored snapshot, if there is one, then connects in the background. Call once:
   * where no thread is to be had, {@link #look} tries again. A disk that hangs is waited for 2 s;
   * what is stored there is delivered when it answers, unless the server has by then.
   */
  public void start() {
    restore();
    requests.add(poll.first(), poll::poll);
    startThreads();
  }

  private void restore() {
    try {
      disk.submit(inForce::restore).get(LONGEST_READ_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      warnings.warn(
          Topic.INTERNAL,
          "the stored snapshot takes longer than " + LONGEST_READ_SECONDS + " s to read");
    } catch (InterruptedException e) {
      // By the application, which sends it to all threads: there is no time to wait.
      return;
    } catch (Throwable e) {
      warnings.warn(Topic.INTERNAL, "the stored snapshot could not be read: " + e);
    }
  }

  private synchronized void startThreads() {
    awaitsThreads = true;
    if (!closed && !streams) {
      Daemon.start("turnout-stream", warnings, stream::goesOn, stream::round);
      streams = true;
    }
    if (!closed && !asks) {
      Daemon.start("turnout-requests", warnings, requests::goesOn, requests::round);
      asks = true;
    }
    awaitsThreads = false;
  }

  /**
   * Ends what takes too long, and tells when the server was lost or is back, when the snapshot in
   * force is past its validity, and what was not told at once. To be called several times a second,
   * by a thread that waits for nothing: this does not either.
   */
  public void look() {
    if (awaitsThreads) {
      tryThreads();
    }
    Http ready = http;
    if (ready != null) {
      ready.look();
    }
    contact.look();
    inForce.look(sources.clock().instant());
    keeper.look();
    warnings.look();
  }

  private void tryThreads() {
    try {
      startThreads();
    } catch (Throwable e) {
      warnings.warn(Topic.INTERNAL, "no thread is to be had to follow the control server: " + e);
    }
  }

  // Not before it is needed, and never on the thread that starts the client: to load an HTTP client
  // takes longer than anybody should wait.
  private Http http() {
    Http ready = http;
    return ready != null ? ready : connect();
  }

  private synchronized Http connect() {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
    Http ready = http;
    if (ready == null) {
      ready = new Http(settings, sources, warnings);
      http = ready;
    }
    return ready;
  }

  /**
   * Sends reports from now on.
   *
   * @param first how long to wait for the first
   */
  public synchronized void report(Duration first, Reports reports) {
    reporting = requests.add(first, () -> reports.sent(send(reports.next())));
  }

  /** Has a report sent at once, ahead of a poll that hangs. */
  public void hurry() {
    Requests.Job job;
    synchronized (this) {
      job = reporting;
    }
    if (job != null) {
      requests.hurry(job);
      poll.giveWay();
    }
  }

  /**
   * Sends a report and waits for the answer, at most as long as {@link Timing#answer} if somebody
   * calls {@link #look}.
   */
  public Sent send(Report report) {
    try {
      Http ready = http();
      byte[] json = ReportCodec.write(report);
      try (Exchange exchange = ready.begin(ready.report(json))) {
        return send(ready, exchange);
      }
    } catch (RuntimeException e) {
      contact.failed(Way.REPORT, String.valueOf(e.getMessage()));
      return new Sent(false, String.valueOf(e));
    }
  }

  private Sent send(Http server, Exchange exchange) {
    try {
      Response response = exchange.answer();
      if (!response.isSuccessful()) {
        return refused("answered " + response.code(), server.retryAfter(response));
      }
      contact.well(Way.REPORT);
      stream.reachable();
      return Sent.ACCEPTED;
    } catch (IOException e) {
      String why = exchange.describe(e);
      contact.failed(Way.REPORT, why);
      return new Sent(false, why);
    }
  }

  // Streams and polls may be fine all the while, and then nothing else tells of it.
  private Sent refused(String why, Duration retryAfter) {
    if (contact.failed(Way.REPORT, why)) {
      warnings.warn(
          Topic.REPORT,
          "the control server refuses this JVM's reports: "
              + why
              + "; they go on, and until one is accepted what trips is off in this JVM alone");
    }
    return new Sent(false, why, retryAfter);
  }

  /** The snapshot in force; {@link Snapshot#EMPTY} as long as there is none. */
  public Snapshot snapshot() {
    return inForce.snapshot();
  }

  /**
   * What is not understood of the snapshot in force, for as long as it is, and what was refused
   * within the last hour, the latest last; of several alike only one.
   */
  public List<Report.Refusal> refused() {
    return refusals.list();
  }

  /** Says why a restart would not find the snapshot in force; null if it would. */
  public @Nullable String unkept() {
    return keeper.problem();
  }

  /** How the way to the server is at present. */
  public Link link() {
    return contact.link();
  }

  /** Ends the connection and the threads; the snapshot stays. */
  @Override
  public void close() {
    Http open;
    synchronized (this) {
      closed = true;
      open = http;
    }
    stream.close();
    requests.close();
    if (open != null) {
      open.close();
    }
    inForce.close();
    disk.shutdown();
    try {
      if (!disk.awaitTermination(LONGEST_WRITE_SECONDS, TimeUnit.SECONDS)) {
        warnings.warn(Topic.INTERNAL, "the last snapshot is still being written");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
