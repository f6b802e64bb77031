package dev.turnout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A debugger gives a running class another body, as it does for whoever edits beside it. */
class HotSwapIT {
  private static final String LISTENING = "Listening for transport dt_socket at address: ";

  @TempDir Path directory;

  static List<Path> jdks() {
    return Jdks.all();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void bodyWithAMistake_leavesAKilledFlagKilled_andIsInForceOnceThatIsOn(Path jdk)
      throws Exception {
    GatedApp.compile(directory, "Shop");
    Path flags = directory.resolve("flags.yaml");
    Files.writeString(flags, "flags: {checkout: {killed: true}}");
    List<String> options =
        List.of(
            "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0",
            GatedApp.agent("flags-file=%s,state-directory=%s/state".formatted(flags, directory)));
    String[] words = {"until=old", "enter", "call", "linger=2500", "call", "until=newer"};
    try (LiveApp app = LiveApp.start(jdk, directory, options, words)) {
      String listening = app.line();
      assertThat(listening).startsWith(LISTENING);
      assertThat(app.line()).isEqualTo("answer old");

      swap(listening.substring(LISTENING.length()).trim(), swapped());
      app.enter();

      assertThat(answer(app)).isEqualTo("answer old");
      assertThat(answer(app)).as("once it was found out what the JVM has").isEqualTo("answer old");
      assertThat(app.err()).contains("MISWIRED Shop#answer()");
      Files.writeString(flags, "flags: {checkout: {percentage: 100}}");
      assertThat(answer(app)).isEqualTo("answer newer");
      app.end();
      assertThat(app.err()).doesNotContain("MISWIRED Shop#pay");
    }
  }

  private static String answer(LiveApp app) throws IOException {
    String line = app.line();
    // Once the debugger has gone, the JVM waits for the next.
    return line.startsWith(LISTENING) ? app.line() : line;
  }

  // With a flagged method whose fallback is missing, for a debugger can add none.
  private byte[] swapped() throws Exception {
    String source =
        Files.readString(Built.sources("Shop.java").get(0))
            .replace("return \"new\";", "return \"newer\";")
            .replace("  String answer() {", "  @Flagged(\"other\") String answer() {");
    Path file = Files.createDirectories(directory.resolve("swapped")).resolve("Shop.java");
    Files.writeString(file, source);
    Path classes =
        Javac.compile(directory.resolve("swapped-classes"), List.of(Built.ANNOTATIONS), file);
    return Files.readAllBytes(classes.resolve("Shop.class"));
  }

  private static void swap(String address, byte[] classFile) throws Exception {
    AttachingConnector socket =
        Bootstrap.virtualMachineManager().attachingConnectors().stream()
            .filter(connector -> connector.name().equals("com.sun.jdi.SocketAttach"))
            .findAny()
            .orElseThrow();
    Map<String, Connector.Argument> arguments = socket.defaultArguments();
    arguments.get("hostname").setValue("127.0.0.1");
    arguments.get("port").setValue(address.substring(address.lastIndexOf(':') + 1));
    VirtualMachine debugged = socket.attach(arguments);
    try {
      debugged.redefineClasses(Map.of(debugged.classesByName("Shop").get(0), classFile));
    } finally {
      debugged.dispose();
    }
  }
}
