package dev.turnout.bootstrap;

import java.io.DataInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.instrument.Instrumentation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Brings up the runtime behind its own class loader, and passes on what whoever attached to the JVM
 * asks of it; itself loaded by the bootstrap loader. Safe for use by several threads.
 */
public final class AgentStart {
  private static final String RUNTIME = "dev.turnout.agent.AgentMain";
  private static final String AGENT_JAR = ",agent-jar=";
  private static final String ANSWER_FILE = ",answer-file=";

  // In place of what is asked, where a JVM takes no more than 1,024 bytes; and what that begins
  // with in the file, so that nobody takes it for the answer.
  private static final String IN_FILE = "in-file";
  private static final String ASKED = "asked ";

  // Answers "started", "attached", "status", "stopped" and "detach"; null while no agent runs.
  private static @Nullable Function<String, String> runtime;

  // The classes are held weakly: their loaders may go at any time.
  private static final Map<Class<?>, Boolean> GATED_BEFORE = new WeakHashMap<>();

  // Reflection would find the entry too, and costs a start some 20 ms on its first use.
  private static volatile @Nullable Starter starter;

  private AgentStart() {}

  /** The runtime's entry; implemented by the runtime. */
  public interface Starter {
    /**
     * Starts the runtime.
     *
     * @return what answers requests of those who attach to the JVM; null if the agent is disabled
     * @throws IllegalArgumentException saying what is wrong with the options
     */
    @Nullable Function<String, String> start(
        @Nullable String arguments, Instrumentation instrumentation);
  }

  /** Starts the runtime out of {@code jar}. A second agent in the same JVM stays out. */
  public static synchronized void start(
      @Nullable String arguments, Instrumentation instrumentation, File jar) throws Throwable {
    if (runtime != null) {
      System.err.println("[turnout] is running in this JVM already; the second agent stays out");
      return;
    }
    Function<String, String> started = run(arguments, instrumentation, jar);
    if (started != null) {
      String unused = started.apply("started");
    }
  }

  /**
   * Does what somebody who attached to the JVM asks for: {@code status}, {@code detach}, {@code
   * detach,yes} where flags are stopped or at 0 %, or with other arguments to start.
   *
   * @param request the arguments, then {@code ,agent-jar=} and the jar that whoever attached named,
   *     then {@code ,answer-file=} and where the answer is awaited. {@code in-file} before the
   *     latter stands for what that file has behind {@code asked}
   * @param jar the one that this JVM has the agent of; may be gone unless that is to start
   */
  public static synchronized void attached(
      @Nullable String request, Instrumentation instrumentation, File jar) throws Throwable {
    String arguments = request == null ? "" : request;
    File answerFile = last(ANSWER_FILE, arguments);
    arguments = before(ANSWER_FILE, arguments);
    String answer;
    try {
      if (answerFile != null && arguments.equals(IN_FILE)) {
        arguments = asked(answerFile);
      }
      File named = last(AGENT_JAR, arguments);
      arguments = before(AGENT_JAR, arguments);
      answer = "ok " + answer(arguments, instrumentation, jar, named == null ? jar : named);
    } catch (IllegalArgumentException | IllegalStateException e) {
      answer = "refused " + e.getMessage();
      System.err.println("[turnout] " + e.getMessage());
    } catch (Throwable e) {
      answer = "refused the agent failed: " + e;
      System.err.println("[turnout] failed to answer who attached: " + e);
    }
    // Whoever waits for no answer any more has taken the file away.
    if (answerFile != null && answerFile.exists()) {
      write(answer, answerFile);
    }
  }

  private static @Nullable File last(String name, String arguments) {
    int at = arguments.lastIndexOf(name);
    return at < 0 ? null : new File(arguments.substring(at + name.length()));
  }

  private static String before(String name, String arguments) {
    int at = arguments.lastIndexOf(name);
    return at < 0 ? arguments : arguments.substring(0, at);
  }

  private static String answer(
      String arguments, Instrumentation instrumentation, File jar, File named) throws Throwable {
    Function<String, String> running = runtime;
    boolean sure = arguments.equals("detach,yes");
    if (sure || arguments.equals("detach") || arguments.equals("status")) {
      if (running == null) {
        throw new IllegalStateException("no agent is running in this JVM");
      }
      return arguments.equals("status") ? running.apply("status") : detach(running, sure);
    }
    // The JVM has loaded the agent's entry once, and enters that whatever jar it is given later.
    if (!named.getCanonicalFile().equals(jar.getCanonicalFile())) {
      throw new IllegalStateException(
          "this JVM keeps to the first agent it was given: attach with --agent-jar "
              + jar
              + ", or restart it to run "
              + named);
    }
    if (running != null) {
      throw new IllegalStateException("an agent is running in this JVM already; detach it first");
    }
    Function<String, String> started = run(arguments, instrumentation, jar);
    if (started == null) {
      return "disabled by its options";
    }
    try {
      return started.apply("attached");
    } catch (RuntimeException | Error e) {
      runtime = null;
      throw e;
    }
  }

  // Whoever stopped a flag, or let nobody on yet, did so for its new implementation: that is
  // nobody's to get unasked.
  private static String detach(Function<String, String> running, boolean sure) {
    String stopped = stopped(running, sure);
    if (!stopped.isEmpty() && !sure) {
      throw new IllegalStateException(
          "these flags are stopped, or at 0 %, in this JVM, and every caller would take their new"
              + " implementation: "
              + stopped
              + "; to detach all the same, repeat it with --yes");
    }
    // Whatever comes of it, there is no more to be had from this one.
    runtime = null;
    String answer = running.apply("detach");
    return stopped.isEmpty()
        ? answer
        : answer
            + "; every caller takes the new implementation now, of these flags too, which were"
            + " stopped or at 0 %: "
            + stopped;
  }

  private static String stopped(Function<String, String> running, boolean sure) {
    try {
      return running.apply("stopped");
    } catch (IllegalArgumentException e) {
      // Of another version, put in the place of the jar that this class is of: it knows no such
      // request.
      return "";
    } catch (RuntimeException | Error e) {
      // An agent that fails is what to be rid of.
      if (sure) {
        return "";
      }
      throw e;
    }
  }

  private static @Nullable Function<String, String> run(
      @Nullable String arguments, Instrumentation instrumentation, File jar) throws Throwable {
    // Linking call sites needs these two; loading them inside a transformation, or while the first
    // call site links, has ended in ClassCircularityError on several JDKs.
    Class.forName("java.util.concurrent.ThreadLocalRandom");
    Class.forName("java.lang.invoke.MethodHandle");
    starter = null;
    Class.forName(RUNTIME, true, new AgentClassLoader(jar, platformLoader()));
    Starter provided = starter;
    // It is of the runtime, and would keep that when it has been detached.
    starter = null;
    if (provided == null) {
      throw new IllegalStateException(RUNTIME + " did not come forward");
    }
    runtime = provided.start(arguments, instrumentation);
    return runtime;
  }

  /** Takes the runtime's entry: called by its class as soon as that is initialised. */
  public static void provide(Starter entry) {
    starter = entry;
  }

  /** Takes note of classes that were gated, by an agent that goes. Keeps none of them. */
  public static void remember(Collection<Class<?>> classes) {
    synchronized (GATED_BEFORE) {
      for (Class<?> type : classes) {
        GATED_BEFORE.put(type, Boolean.TRUE);
      }
    }
  }

  /** The classes that agents had gated that are gone, as far as they are there. */
  public static List<Class<?>> gatedBefore() {
    synchronized (GATED_BEFORE) {
      return new ArrayList<>(GATED_BEFORE.keySet());
    }
  }

  private static String asked(File file) throws IOException {
    byte[] bytes = new byte[(int) file.length()];
    try (DataInputStream in = new DataInputStream(new FileInputStream(file))) {
      in.readFully(bytes);
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (!text.startsWith(ASKED)) {
      throw new IllegalStateException("nothing is asked in " + file);
    }
    return text.substring(ASKED.length());
  }

  private static void write(String answer, File file) throws IOException {
    try (OutputStream out = new FileOutputStream(file)) {
      out.write(answer.getBytes(StandardCharsets.UTF_8));
    }
  }

  // The platform loader is the one whose parent is the bootstrap loader, whatever stands above it.
  private static @Nullable ClassLoader platformLoader() {
    ClassLoader loader = ClassLoader.getSystemClassLoader();
    while (loader.getParent() != null) {
      loader = loader.getParent();
    }
    return loader;
  }
}
