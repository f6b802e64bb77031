package dev.turnout.client;

import dev.turnout.flags.Snapshot;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** All that a client says. */
final class Heard implements ControlClient.Listener {
  final List<Snapshot> delivered = new CopyOnWriteArrayList<>();
  final List<String> warnings = new CopyOnWriteArrayList<>();

  @Override
  public void snapshot(Snapshot snapshot) {
    delivered.add(snapshot);
  }

  @Override
  public void warning(String text) {
    warnings.add(text);
  }
}
