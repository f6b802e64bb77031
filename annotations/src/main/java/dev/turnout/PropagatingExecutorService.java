package dev.turnout;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs each task in the context that is open where it is handed over. */
final class PropagatingExecutorService implements ExecutorService {
  private final ExecutorService executor;

  PropagatingExecutorService(ExecutorService executor) {
    this.executor = executor;
  }

  private static <T extends @Nullable Object> List<Callable<T>> here(
      Collection<? extends Callable<T>> tasks) {
    List<Callable<T>> wrapped = new ArrayList<>();
    for (Callable<T> task : tasks) {
      wrapped.add(FlagContext.here(task));
    }
    return wrapped;
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(FlagContext.here(task));
  }

  @Override
  public <T extends @Nullable Object> Future<T> submit(Callable<T> task) {
    return executor.submit(FlagContext.here(task));
  }

  @Override
  public <T extends @Nullable Object> Future<T> submit(Runnable task, T result) {
    return executor.submit(FlagContext.here(task), result);
  }

  @Override
  public Future<?> submit(Runnable task) {
    return executor.submit(FlagContext.here(task));
  }

  @Override
  public <T extends @Nullable Object> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> tasks) throws InterruptedException {
    return executor.invokeAll(here(tasks));
  }

  @Override
  public <T extends @Nullable Object> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException {
    return executor.invokeAll(here(tasks), timeout, unit);
  }

  @Override
  public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    return executor.invokeAny(here(tasks));
  }

  @Override
  public <T extends @Nullable Object> T invokeAny(
      Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return executor.invokeAny(here(tasks), timeout, unit);
  }

  @Override
  public void shutdown() {
    executor.shutdown();
  }

  @Override
  public List<Runnable> shutdownNow() {
    return executor.shutdownNow();
  }

  @Override
  public boolean isShutdown() {
    return executor.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return executor.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return executor.awaitTermination(timeout, unit);
  }

  /**
   * Closes the executor as itself does, from Java 19 on, where executors can be closed: not each
   * ends when it is, and what Java has for those that say nothing of it would wait for that.
   */
  public void close() {
    if (executor instanceof AutoCloseable) {
      try {
        ((AutoCloseable) executor).close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException("the executor could not be closed", e);
      }
    }
  }
}
