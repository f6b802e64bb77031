package dev.turnout.benchmarks.fleet;

import dev.turnout.client.ControlClient;
import dev.turnout.flags.Caller;
import dev.turnout.flags.Decider;
import dev.turnout.flags.Host;
import dev.turnout.flags.Snapshot;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Some agents as they are in applications: the agent's own client, which follows stream and poll,
 * and its decisions, which are asked whether they go to the fallback by now.
 */
final class RealAgents implements AutoCloseable {
  private static final Caller USER = Caller.of(Map.of("user", "user-1"));

  private final List<ControlClient> clients = new ArrayList<>();
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "real-agents");
            thread.setDaemon(true);
            return thread;
          });
  private final String flag;
  private volatile @Nullable Arrival expected;

  /** Starts them; {@code flag} is the one whose stop they are asked for. */
  RealAgents(URI server, String token, int count, String flag) {
    this.flag = flag;
    for (int i = 0; i < count; i++) {
      Host host = new Host("fleet", "real-" + i, "eu");
      ControlClient client =
          new ControlClient(
              new ControlClient.Settings(server, () -> token, host, null), new Routing(host));
      clients.add(client);
      client.start();
    }
    // As often as the agent does.
    looking.scheduleAtFixedRate(
        () -> clients.forEach(ControlClient::look), 100, 100, TimeUnit.MILLISECONDS);
  }

  /** Decides as the application's gate would, once the snapshot is in force. */
  private final class Routing implements ControlClient.Listener {
    private final Host host;
    private @Nullable Arrival counted;

    Routing(Host host) {
      this.host = host;
    }

    @Override
    public void snapshot(Snapshot snapshot) {
      Arrival arrival = expected;
      Decider decider = Decider.compile(snapshot, host, Set.of(), () -> 0);
      boolean fallback = !decider.decide(flag, "user-1", USER).on();
      if (arrival != null
          && counted != arrival
          && fallback
          && snapshot.revision() >= arrival.revision()) {
        counted = arrival;
        arrival.arrived();
      }
    }

    @Override
    public void warning(String text) {
      System.err.println(host.instance() + ": " + text);
    }
  }

  /** Begins to wait for the revision by which the flag takes its fallback. */
  void expect(Arrival arrival) {
    expected = arrival;
  }

  int count() {
    return clients.size();
  }

  /** How many have a snapshot. */
  long ready() {
    return clients.stream().filter(client -> !client.snapshot().equals(Snapshot.EMPTY)).count();
  }

  @Override
  public void close() {
    looking.shutdownNow();
    clients.forEach(ControlClient::close);
  }
}
