package dev.turnout.agent;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Does what may take any time, one thing after the other, on a thread of its own that is there
 * while there is something to do. Whoever hands it over waits for nothing. Safe for many threads.
 *
 * <p>Unbounded: who hands over what is already waiting to be done has to see to that itself.
 */
public final class Errands implements Executor {
  private final String name;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean underway;

  /**
   * Creates it; there is no thread yet.
   *
   * @param name the thread's
   */
  public Errands(String name) {
    this.name = name;
  }

  /** Has something done, soon. If no thread is to be had for it, it is done with the next. */
  @Override
  public synchronized void execute(Runnable errand) {
    waiting.add(errand);
    if (!underway) {
      underway = true;
      try {
        var unused = AgentThread.start(name, this::doAll);
      } catch (Throwable noThreadToBeHad) {
        underway = false;
        AgentLog.line(name + " waits for a thread: " + noThreadToBeHad);
      }
    }
  }

  private void doAll() {
    Runnable errand;
    while ((errand = next()) != null) {
      AgentThread.survive(name, errand);
    }
  }

  private synchronized @Nullable Runnable next() {
    Runnable errand = waiting.poll();
    underway = errand != null;
    return errand;
  }
}
