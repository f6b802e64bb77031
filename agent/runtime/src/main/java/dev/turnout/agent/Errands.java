package dev.turnout.agent;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Does what may take any time, one thing after the other, on a thread of its own that is there
 * while there is something to do. Whoever hands it over waits for nothing. Safe for many threads.
 *
 * <p>Unbounded: who hands over what is already waiting to be done has to see to that itself.
 */
public final class Errands implements Executor {
  private final String name;
  private final BiConsumer<String, Runnable> threads;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean underway;

  /**
   * Creates it; there is no thread yet.
   *
   * @param name the thread's
   */
  public Errands(String name) {
    this(name, AgentThread::start);
  }

  Errands(String name, BiConsumer<String, Runnable> threads) {
    this.name = name;
    this.threads = threads;
  }

  /** Has something done, soon. If no thread is to be had for it, it waits for {@link #look}. */
  @Override
  public synchronized void execute(Runnable errand) {
    waiting.add(errand);
    Throwable obstacle = underway ? null : start();
    if (obstacle != null) {
      AgentLog.line(name + " waits for a thread: " + obstacle);
    }
  }

  /** Tries again where there was no thread to be had. To be called again and again. */
  synchronized void look() {
    if (!underway && !waiting.isEmpty() && start() == null) {
      AgentLog.line(name + " has a thread again");
    }
  }

  // Returns why there is no thread; null if there is one.
  private @Nullable Throwable start() {
    underway = true;
    try {
      threads.accept(name, this::doAll);
      return null;
    } catch (Throwable noThreadToBeHad) {
      underway = false;
      return noThreadToBeHad;
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
