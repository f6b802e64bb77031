package dev.turnout.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the server again and again, one thing at a time: what has been due for longest
 * comes first, so that nothing keeps the rest from its turn. Each has a time limit, so that one
 * that hangs delays the others for that long and no longer. Safe for use by several threads.
 */
final class Requests {
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private final LongSupplier nanos;
  private final List<Job> jobs = new ArrayList<>();
  private boolean closed;

  Requests(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** One of the things that are asked. */
  static final class Job {
    private final Supplier<Duration> task;
    private long dueAt;
    private boolean hurried;

    private Job(Supplier<Duration> task, long dueAt) {
      this.task = task;
      this.dueAt = dueAt;
    }
  }

  /**
   * Adds a job.
   *
   * @param first how long to wait for the first time
   * @param task what to do; returns how long to wait for the next time
   */
  synchronized Job add(Duration first, Supplier<Duration> task) {
    Job job = new Job(task, nanos.getAsLong() + first.toNanos());
    jobs.add(job);
    notifyAll();
    return job;
  }

  /** Has a job done now; once more if it is being done. */
  synchronized void hurry(Job job) {
    job.hurried = true;
    job.dueAt = nanos.getAsLong();
    notifyAll();
  }

  /** Waits for the next job, and does it. For one thread. */
  void round() {
    Job job = next();
    if (job == null) {
      return;
    }
    Duration wait = AFTER_FAILURE;
    try {
      wait = job.task.get();
    } finally {
      done(job, wait);
    }
  }

  /** Returns the job that is due, with its hurry taken off; null when it is over. */
  private synchronized @Nullable Job next() {
    while (!closed) {
      Job first = null;
      for (Job job : jobs) {
        if (first == null || job.dueAt - first.dueAt < 0) {
          first = job;
        }
      }
      long wait = first == null ? Long.MAX_VALUE : first.dueAt - nanos.getAsLong();
      if (first != null && wait <= 0) {
        first.hurried = false;
        return first;
      }
      pause(wait);
    }
    return null;
  }

  private synchronized void done(Job job, Duration wait) {
    if (!job.hurried) {
      job.dueAt = nanos.getAsLong() + wait.toNanos();
    }
  }

  synchronized boolean goesOn() {
    return !closed;
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  @SuppressWarnings("WaitNotInLoop") // the loop is in next()
  private void pause(long wait) {
    try {
      TimeUnit.NANOSECONDS.timedWait(this, wait);
    } catch (InterruptedException e) {
      // Nobody has a reason to: the thread ends by being told so.
      return;
    }
  }
}
