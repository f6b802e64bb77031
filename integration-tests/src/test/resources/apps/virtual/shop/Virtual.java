package shop;

import dev.turnout.FlagContext;
import host.Split;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.RecursiveAction;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/** Calls gates from virtual threads, futures and pools, and writes down what pinned a carrier. */
public class Virtual {
  private static final int TASKS = 10_000;
  private static final int USERS = 100;
  private static final int HELD = 100;

  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final Gated gated = new Gated(executor);
  private final AtomicInteger astray = new AtomicInteger();
  private final String[] expected = new String[USERS];
  private final URI page;

  private Virtual(String metricsPort) {
    page = URI.create("http://127.0.0.1:" + metricsPort + "/metrics");
  }

  public static void main(String[] arguments) throws Exception {
    new Virtual(arguments[0]).run(Path.of(arguments[1]));
  }

  void run(Path recorded) throws Exception {
    // Waits for the flags too; what is called before they are known is counted like the rest.
    System.out.println("split " + Split.of(gated::direct));
    try (Recording recording = new Recording()) {
      recording.enable("jdk.VirtualThreadPinned").withoutThreshold().withStackTrace();
      recording.start();
      Thread.ofVirtual().start(Pin::touch).join();
      direct();
      wrapped();
      propagated();
      pools();
      futures();
      recording.stop();
      recording.dump(recorded);
    }
    System.out.println("astray " + astray);
    pinned(recorded);
    gated.calls.forEach((tags, calls) -> System.out.println("made" + tags + " " + calls));
    page().forEach(System.out::println);
  }

  private static String user(int task) {
    return "user-" + task % USERS;
  }

  private void check(int task, String answer) {
    if (!expected[task % USERS].equals(answer)) {
      astray.incrementAndGet();
    }
  }

  /** All at once, each a thread. */
  private void direct() throws Exception {
    for (int i = 0; i < USERS; i++) {
      expected[i] = gated.direct(user(i));
    }
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      int task = i;
      threads.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  return;
                }
                check(task, gated.direct(user(task)));
              }));
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void wrapped() throws Exception {
    for (int i = 0; i < USERS; i++) {
      try (FlagContext.Scope scope = FlagContext.user(user(i)).open()) {
        expected[i] = gated.context();
      }
    }
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      int task = i;
      FlagContext context = FlagContext.user(user(task)).build();
      running.add(
          task % 2 == 0
              ? executor.submit(context.wrap(() -> check(task, gated.context())))
              : executor.submit(
                  context.wrap(
                      () -> {
                        check(task, gated.context());
                        return null;
                      })));
    }
    await(running);
  }

  private void propagated() throws Exception {
    ExecutorService propagating = FlagContext.propagating(executor);
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      int task = i;
      try (FlagContext.Scope scope = FlagContext.user(user(task)).open()) {
        running.add(
            task % 2 == 0
                ? propagating.submit(() -> check(task, gated.context()))
                : CompletableFuture.supplyAsync(gated::context, propagating)
                    .thenAcceptAsync(
                        first -> {
                          check(task, first);
                          check(task, gated.context());
                        },
                        propagating));
      }
    }
    await(running);
  }

  private void pools() throws Exception {
    for (int i = 0; i < USERS; i++) {
      expected[i] = gated.pool(user(i));
    }
    IntStream.range(0, TASKS).parallel().forEach(i -> check(i, gated.pool(user(i))));
    try (ForkJoinPool pool = new ForkJoinPool(8)) {
      pool.invoke(new Half(0, TASKS));
    }
  }

  private final class Half extends RecursiveAction {
    private static final long serialVersionUID = 1;
    private final int from;
    private final int to;

    Half(int from, int to) {
      this.from = from;
      this.to = to;
    }

    @Override
    protected void compute() {
      if (to - from == 1) {
        check(from, gated.pool(user(from)));
      } else {
        int middle = (from + to) / 2;
        invokeAll(new Half(from, middle), new Half(middle, to));
      }
    }
  }

  private void futures() throws Exception {
    // Nobody has come to an end here, so nothing is measured.
    List<CompletableFuture<Boolean>> held = new ArrayList<>();
    List<CompletableFuture<String>> ends = new ArrayList<>();
    for (int i = 0; i < HELD; i++) {
      CompletableFuture<Boolean> start = new CompletableFuture<>();
      held.add(start);
      ends.add(gated.future(user(i), start));
    }
    Thread.sleep(500);
    System.out.println("held " + measured("future"));
    held.forEach(start -> start.complete(true));
    for (int i = 0; i < HELD; i++) {
      expected[i] = ends.get(i).join();
    }
    awaitMeasured("future", HELD);

    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      int task = i;
      boolean good = task % 10 != 0;
      running.add(
          executor.submit(
              () ->
                  gated
                      .future(user(task), CompletableFuture.supplyAsync(() -> good, executor))
                      .handle((answer, e) -> answer)
                      .thenAccept(
                          answer -> {
                            if (good || answer != null) {
                              check(task, answer);
                            }
                          })
                      .join()));
    }
    await(running);
    awaitMeasured("future", HELD + TASKS);
  }

  private static void await(List<Future<?>> running) throws Exception {
    for (Future<?> each : running) {
      each.get();
    }
  }

  private void awaitMeasured(String flag, long calls) throws Exception {
    for (int i = 0; i < 200 && measured(flag) < calls; i++) {
      Thread.sleep(50);
    }
    System.out.println("ended " + measured(flag));
  }

  /** The calls of a flag that the agent has counted. */
  private long measured(String flag) throws Exception {
    return page()
        .filter(line -> line.contains("flag=\"" + flag + "\""))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
        .sum();
  }

  private java.util.stream.Stream<String> page() throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> line.startsWith("turnout_calls_total{"));
  }

  private static void pinned(Path recorded) throws Exception {
    int ours = 0;
    int control = 0;
    for (RecordedEvent event : RecordingFile.readAllEvents(recorded)) {
      String trace = trace(event);
      if (trace.contains(Pin.class.getName())) {
        control++;
      } else if (trace.contains(".loadClass ")) {
        // Two threads that come upon a class at once: one waits, and any class does that once.
        continue;
      } else if (trace.contains("dev.turnout") || trace.contains("shop.Gated.")) {
        ours++;
        System.out.println("pinned-at " + trace);
      }
    }
    System.out.println("pinned control " + (control > 0) + " gates " + ours);
  }

  private static String trace(RecordedEvent event) {
    StringBuilder text = new StringBuilder();
    if (event.getStackTrace() != null) {
      for (RecordedFrame frame : event.getStackTrace().getFrames()) {
        text.append(frame.getMethod().getType().getName())
            .append('.')
            .append(frame.getMethod().getName())
            .append(' ');
      }
    }
    return text.toString();
  }

  /** Pins its thread, whatever the release: the JVM itself is below a class's initializer. */
  private static final class Pin {
    static {
      LockSupport.parkNanos(30_000_000);
    }

    static void touch() {}
  }
}
