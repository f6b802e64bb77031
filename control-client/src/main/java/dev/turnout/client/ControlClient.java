package dev.turnout.client;

import dev.turnout.client.codec.ReportCodec;
import dev.turnout.flags.Host;
import dev.turnout.flags.Report;
import dev.turnout.flags.Snapshot;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an agent in touch with its control server: the stored snapshot at once, then whatever the
 * stream or the poll brings that is newer. Needs at most three threads of its own, all daemons and
 * named {@code turnout-…}: a timer, and two for HTTP of which one is idle most of the time; OkHttp
 * renames the latter while they make a call, and adds two daemons that it shares between all its
 * clients. Safe for use by several threads.
 */
public final class ControlClient implements AutoCloseable {

  /**
   * Where the server is and who asks.
   *
   * @param server such as {@code https://turnout.example.com}, http or https
   * @param token asked for every request, see {@link TokenFile}; never logged
   * @param host who asks
   * @param stateDirectory where snapshots are kept; null for nowhere
   * @param timing how long to wait for what
   */
  public record Settings(
      URI server, Supplier<String> token, Host host, @Nullable Path stateDirectory, Timing timing) {
    public Settings {
      String scheme = String.valueOf(server.getScheme());
      if (!(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))
          || server.getHost() == null) {
        throw new IllegalArgumentException(
            "the control server must be an http or https URL with a host");
      }
    }

    /** With the timing that the server expects. */
    public Settings(URI server, Supplier<String> token, Host host, @Nullable Path stateDirectory) {
      this(server, token, host, stateDirectory, Timing.DEFAULT);
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
   */
  public record Sent(boolean accepted, String problem) {
    private static final Sent ACCEPTED = new Sent(true, "");
  }

  private final Settings settings;
  private final Sources sources;
  private final Warnings warnings;
  private final InForce inForce;
  private volatile @Nullable Instant lastContact;
  private @Nullable Http http;
  private @Nullable SnapshotStream stream;
  private boolean closed;

  /** Creates a client; nothing happens before {@link #start}. */
  public ControlClient(Settings settings, Listener listener) {
    this(settings, listener, Sources.real(listener::warning));
  }

  ControlClient(Settings settings, Listener listener, Sources sources) {
    this.settings = settings;
    this.sources = sources;
    warnings = new Warnings(listener::warning, sources.nanos());
    Path directory = settings.stateDirectory();
    SnapshotStore store = directory == null ? null : new SnapshotStore(directory, warnings::say);
    inForce = new InForce(store, listener::snapshot, warnings);
  }

  /**
   * Delivers the stored snapshot, if there is one, on the calling thread, then connects in the
   * background. Call once.
   */
  public void start() {
    inForce.restore();
    try {
      // Not here: to load an HTTP client takes longer than an application should wait.
      sources.timer().execute(this::connect);
    } catch (RejectedExecutionException e) {
      // Closed before it was started.
      return;
    }
  }

  private void connect() {
    try {
      Http ready = http();
      if (ready == null) {
        return;
      }
      Timing timing = settings.timing();
      SnapshotStream following =
          new SnapshotStream(ready, inForce, timing, sources, warnings, this::contact);
      synchronized (this) {
        if (closed) {
          return;
        }
        stream = following;
      }
      following.connect();
      new SnapshotPoll(ready, inForce, timing, sources, warnings, this::contact, following).start();
    } catch (RuntimeException | LinkageError e) {
      warnings.say("the control server cannot be followed: " + e);
    }
  }

  private synchronized @Nullable Http http() {
    if (http == null && !closed) {
      http =
          new Http(
              settings.server(),
              settings.token(),
              settings.host(),
              settings.timing(),
              sources.clock(),
              warnings::say);
    }
    return closed ? null : http;
  }

  private synchronized @Nullable SnapshotStream stream() {
    return stream;
  }

  private void contact() {
    lastContact = sources.clock().instant();
  }

  /** Sends a report and waits for the answer, at most as long as {@link Timing#call}. */
  public Sent send(Report report) {
    try {
      Http ready = http();
      if (ready == null) {
        return new Sent(false, "the client is closed");
      }
      byte[] json = ReportCodec.write(report);
      try (Response response = ready.client().newCall(ready.report(json)).execute()) {
        contact();
        if (!response.isSuccessful()) {
          return new Sent(false, "answered " + response.code());
        }
        SnapshotStream following = stream();
        if (following != null) {
          following.reachable();
        }
        return Sent.ACCEPTED;
      }
    } catch (IOException | RuntimeException e) {
      return new Sent(false, String.valueOf(e));
    }
  }

  /** The snapshot in force; {@link Snapshot#EMPTY} as long as there is none. */
  public Snapshot snapshot() {
    return inForce.snapshot();
  }

  /** When the server was last heard of; null if it never was. */
  public @Nullable Instant lastContact() {
    return lastContact;
  }

  /** Ends the connection and the threads; the snapshot stays. */
  @Override
  public void close() {
    Http open;
    SnapshotStream following;
    synchronized (this) {
      closed = true;
      open = http;
      following = stream;
    }
    sources.timer().shutdownNow();
    if (following != null) {
      following.close();
    }
    if (open != null) {
      open.close();
    }
    inForce.close();
  }
}
