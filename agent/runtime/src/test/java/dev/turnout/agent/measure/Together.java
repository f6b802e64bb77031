package dev.turnout.agent.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Has many threads do the same at once. */
final class Together {
  private Together() {}

  /** Starts the threads at one moment and waits until all have done it. */
  static void run(int count, Runnable task) throws InterruptedException {
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                task.run();
              });
      thread.start();
      threads.add(thread);
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
