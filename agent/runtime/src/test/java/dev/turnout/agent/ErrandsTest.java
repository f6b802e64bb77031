package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ErrandsTest {
  private final Errands errands = new Errands("turnout-errands-test");

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("turnout-errands-test"))
        .count();
  }

  @Test
  void errands_areDoneInOrderByOneThread_thatEnds() throws Exception {
    List<Integer> done = new CopyOnWriteArrayList<>();
    CountDownLatch free = new CountDownLatch(1);
    errands.execute(
        () -> {
          try {
            free.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    for (int i = 0; i < 100; i++) {
      int number = i;
      errands.execute(() -> done.add(number));
    }
    assertThat(threads()).isEqualTo(1);
    assertThat(done).isEmpty();
    free.countDown();
    await().until(() -> done.size() == 100);
    assertThat(done).isSorted();
    await().until(() -> threads() == 0);
  }

  @Test
  void errandsThatNoThreadWasThereFor_areDoneOnceThereIsOne() {
    List<String> done = new CopyOnWriteArrayList<>();
    boolean[] threads = {false};
    Errands poor =
        new Errands(
            "turnout-errands-test",
            (name, work) -> {
              if (!threads[0]) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              new Thread(work, name).start();
            });
    poor.execute(() -> done.add("first"));
    poor.look();
    threads[0] = true;
    assertThat(done).isEmpty();
    poor.look();
    await().until(() -> done.contains("first"));
  }

  @Test
  void errandThatFails_keepsNoOtherFromBeingDone() {
    List<String> done = new CopyOnWriteArrayList<>();
    errands.execute(
        () -> {
          throw new OutOfMemoryError("as if");
        });
    errands.execute(() -> done.add("next"));
    await().until(() -> done.contains("next"));
  }
}
