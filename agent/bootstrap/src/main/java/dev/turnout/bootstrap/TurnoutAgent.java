package dev.turnout.bootstrap;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.net.URISyntaxException;
import java.net.URL;
import java.security.CodeSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the JVM enters the agent.
 *
 * <p>This class runs on the system class loader, before the application, and may be loaded by any
 * JVM from Java 8 on. Rules that bind it: it refers to {@link AgentStart} only once that comes from
 * the bootstrap loader, and besides to {@link BootstrapClasses} alone, which brings it there; no
 * {@code java.util.logging}, no {@code java.nio.file}, no JMX, no network, no thread; whatever goes
 * wrong ends as one line on standard error, and the application starts ungated.
 */
public final class TurnoutAgent {
  private static final int OLDEST_JAVA = 17;

  private TurnoutAgent() {}

  /** Called by the JVM for {@code -javaagent}. */
  public static void premain(@Nullable String arguments, Instrumentation instrumentation) {
    enter(false, arguments, instrumentation);
  }

  /** Called by the JVM when somebody attached to the running process. */
  public static void agentmain(@Nullable String arguments, Instrumentation instrumentation) {
    enter(true, arguments, instrumentation);
  }

  private static void enter(
      boolean attached, @Nullable String arguments, Instrumentation instrumentation) {
    try {
      String version = System.getProperty("java.specification.version", "0");
      if (javaRelease(version) < OLDEST_JAVA) {
        line("needs Java " + OLDEST_JAVA + " or newer, this is " + version + "; nothing is gated");
        return;
      }
      // Whoever attached named this JVM, awaits an answer, and may ask for what is running already.
      if (!attached && (isDisabled(arguments) || isJdkTool())) {
        return;
      }
      File jar = ownJar();
      BootstrapClasses.bring(instrumentation, jar);
      checkLoader();
      if (attached) {
        AgentStart.attached(arguments, instrumentation, jar);
      } else {
        AgentStart.start(arguments, instrumentation, jar);
      }
    } catch (IllegalArgumentException e) {
      // What is wrong with the options says so itself.
      line(e.getMessage() + "; nothing is gated");
    } catch (Throwable e) {
      line(
          (attached ? "failed to answer who attached: " : "could not start, nothing is gated: ")
              + e);
    }
  }

  // A system class loader that asks its parent last has made a second one of its own.
  private static void checkLoader() {
    ClassLoader loader = AgentStart.class.getClassLoader();
    if (loader != null) {
      throw new IllegalArgumentException("the system class loader " + loader + " hides the agent");
    }
  }

  private static int javaRelease(String version) {
    return version.startsWith("1.") ? 8 : Integer.parseInt(version);
  }

  // Decided here so that a disabled agent loads nothing more and installs nothing at all.
  private static boolean isDisabled(@Nullable String arguments) {
    String enabled = null;
    if (arguments != null) {
      for (String argument : arguments.split(",", -1)) {
        if (argument.trim().startsWith("enabled=")) {
          enabled = argument.trim().substring("enabled=".length());
        }
      }
    }
    if (enabled == null) {
      enabled = System.getProperty("turnout.enabled", System.getenv("TURNOUT_ENABLED"));
    }
    return enabled != null && enabled.trim().toLowerCase(Locale.ROOT).equals("false");
  }

  // javac, jcmd, keytool and their like inherit JAVA_TOOL_OPTIONS; there is nothing of anybody's to
  // gate.
  private static boolean isJdkTool() {
    String module = System.getProperty("jdk.module.main");
    return module != null && (module.startsWith("jdk.") || module.startsWith("java."));
  }

  // By its code source: whoever looks for a resource looks into the JDK's modules first, and that
  // settles the default file system, which is the application's to choose. Of a JVM that runs the
  // file may be gone: an agent that was started from it goes on, and answers.
  private static File ownJar() throws URISyntaxException {
    CodeSource source = TurnoutAgent.class.getProtectionDomain().getCodeSource();
    URL url = source == null ? null : source.getLocation();
    if (url != null && url.getProtocol().equals("file")) {
      File file = new File(url.toURI());
      if (!file.isDirectory()) {
        return file;
      }
    }
    throw new IllegalStateException(
        url == null
            ? "the agent's jar must not be on the boot class path"
            : "the agent must be one jar file, but is " + url);
  }

  private static void line(String message) {
    System.err.println("[turnout] " + message);
  }
}
