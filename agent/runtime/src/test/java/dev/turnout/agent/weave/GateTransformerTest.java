package dev.turnout.agent.weave;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnout.agent.Legacy;
import dev.turnout.agent.Subjects;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateTransformerTest {
  private static final String LEGACY = "dev/turnout/agent/Legacy";
  private static final int JAVA_7 = 51;

  private static final List<Wire> GATES =
      List.of(
          Wire.observed(
              "n",
              new MethodFacts(
                  "a/B",
                  Opcodes.ACC_PUBLIC,
                  "c",
                  "()V",
                  null,
                  null,
                  -1,
                  "",
                  1,
                  0,
                  MethodFacts.Origin.WRITTEN,
                  "",
                  List.of()),
              false));

  private final List<String> found = new ArrayList<>();

  private static byte[] classFile(Class<?> type) throws IOException {
    try (InputStream in = type.getResourceAsStream(type.getSimpleName() + ".class")) {
      return in.readAllBytes();
    }
  }

  private GateTransformer transformer(GateRules rules) {
    return new GateTransformer(
        ByteBuddyAgent.install(),
        rules,
        (loader, flag, method, problem) -> found.add(method + ": " + problem));
  }

  private byte[] transform(String gates, int version) throws IOException {
    byte[] classFile = classFile(Legacy.class);
    // The major version's lower byte.
    classFile[7] = (byte) version;
    GateTransformer transformer = transformer(GatesFile.parse("g.yaml", gates));
    // A loader of its own: that of the tests is the agent's here.
    ClassLoader loader = new ClassLoader(Legacy.class.getClassLoader()) {};
    return transformer.transform(loader.getUnnamedModule(), loader, LEGACY, null, null, classFile);
  }

  @Test
  void loaderOfAnotherAgent_isNoApplication(@TempDir Path directory) throws Exception {
    Path jar = directory.resolve("agent.jar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String part : List.of("inst.jar", "inst.index")) {
        // Of no entries.
        byte[] zeros = new byte[4];
        CRC32 sum = new CRC32();
        sum.update(zeros);
        ZipEntry entry = new ZipEntry(part);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(zeros.length);
        entry.setCrc(sum.getValue());
        out.putNextEntry(entry);
        out.write(zeros);
      }
    }
    Constructor<?> constructor =
        Class.forName("dev.turnout.bootstrap.AgentClassLoader")
            .getDeclaredConstructor(File.class, ClassLoader.class);
    constructor.setAccessible(true);
    ClassLoader loader =
        (ClassLoader) constructor.newInstance(jar.toFile(), ClassLoader.getPlatformClassLoader());
    assertThat(Loaders.isOfApplication(loader)).isFalse();
    assertThat(Loaders.isOfApplication(new ClassLoader() {})).isTrue();
  }

  @Test
  void woven_isKnownByItsLoaderAndName() {
    Woven woven = new Woven();
    ClassLoader loader = new ClassLoader() {};
    woven.put(loader, "a.B", GATES);
    woven.put(loader, "a.C", GATES);
    assertThat(woven.contains(loader, "a.B")).isTrue();
    assertThat(woven.contains(loader, "a.C")).isTrue();
    assertThat(woven.contains(loader, "a.D")).isFalse();
    assertThat(woven.contains(new ClassLoader() {}, "a.B")).isFalse();
  }

  @Test
  void woven_keepsWhatWasKnown_untilItIsKnownAnew() {
    Woven woven = new Woven();
    ClassLoader loader = new ClassLoader() {};
    assertThat(woven.add(loader, "a.B", GATES)).isTrue();
    assertThat(woven.add(loader, "a.B", GATES)).isFalse();
    assertThat(woven.add(loader, "a.B", List.of())).isFalse();
    assertThat(woven.gates(loader, "a.B")).hasSize(1);
    assertThat(woven.contains(loader, "a.B")).isFalse();
    assertThat(woven.add(loader, "a.B", GATES)).isFalse();
    assertThat(woven.contains(loader, "a.B")).isTrue();
    woven.put(loader, "a.B", List.of());
    assertThat(woven.gates(loader, "a.B")).isEmpty();
  }

  @Test
  void classThatIsRedefinedWithoutItsGates_isTold() throws IOException {
    GateTransformer transformer = transformer(GateRules.NONE);
    ClassLoader loader = new ClassLoader(Subjects.class.getClassLoader()) {};
    String name = Subjects.class.getName().replace('.', '/');
    byte[] file = classFile(Subjects.class);
    Module module = loader.getUnnamedModule();
    assertThat(transformer.transform(module, loader, name, null, null, file)).isNotNull();
    List<String> first = List.copyOf(found);
    found.clear();
    assertThat(transformer.transform(module, loader, name, Subjects.class, null, file)).isNotNull();
    assertThat(found).isEqualTo(first);
    found.clear();
    String text = new String(file, ISO_8859_1);
    byte[] plain =
        text.replace("dev/turnout/Flagged;", "dev/turnout/Flaggot;").getBytes(ISO_8859_1);
    assertThat(transformer.transform(module, loader, name, Subjects.class, null, plain)).isNull();
    assertThat(found)
        .hasSameSizeAs(first)
        .allMatch(line -> line.contains(": its class was given a body without this gate"));
  }

  @Test
  void oldClassFile_isQuietlyNotObserved() throws IOException {
    String gates = "observe: [{methods: 'dev.turnout.agent.Legacy#*', name: n}]";
    assertThat(transform(gates, JAVA_7)).isNull();
    assertThat(found).isEmpty();
    assertThat(transform(gates, GateWeaver.JAVA_8)).isNotNull();
    assertThat(found).hasSize(8);
  }

  @Test
  void oldClassFile_saysOfEachRoutedGateThatItIsNone() throws IOException {
    String gates =
        "{gates: [{method: dev.turnout.agent.Legacy#there, flag: f, fallback: back}],"
            + " observe: [{methods: 'dev.turnout.agent.Legacy#*', name: n}]}";
    assertThat(transform(gates, JAVA_7)).isNull();
    assertThat(found)
        .containsExactly(
            "dev.turnout.agent.Legacy#there(): the class file is older than Java 8: 51");
  }
}
