package dev.turnout.packer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import example.UsesLogging;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TimeZone;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentJarTest {
  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

  private static final Pattern NOTHING = Pattern.compile("");

  @TempDir Path folder;

  @Test
  void placesBootstrapAtTheRootAndTheRestInAJarWithin() throws IOException {
    Path bootstrap = jar("boot.jar", Map.of("dev/turnout/bootstrap/A.class", "a"));
    Path library =
        jar(
            "lib-1.2.jar",
            Map.of(
                "org/lib/B.class", "b",
                "org/lib/b.properties", "p",
                "META-INF/LICENSE.txt", "licence",
                "META-INF/maven/g/a/pom.xml", "x",
                "META-INF/SIGNER.SF", "x",
                "module-info.class", "x"));

    AgentJar jar = new AgentJar(NOTHING);
    jar.addBootstrap(bootstrap);
    jar.addLibrary(library);

    assertThat(write(jar, "out.jar"))
        .containsOnlyKeys(
            "META-INF/MANIFEST.MF",
            "META-INF/licenses/lib/LICENSE.txt",
            "dev/turnout/bootstrap/A.class",
            "inst/org/lib/B.class",
            "inst/org/lib/b.properties");
    try (JarFile file = new JarFile(folder.resolve("out.jar").toFile())) {
      assertThat(file.getManifest().getMainAttributes().getValue("Premain-Class"))
          .isEqualTo("dev.turnout.bootstrap.TurnoutAgent");
    }
  }

  @Test
  void leavesOutWhatIsUnused() throws IOException {
    AgentJar jar = new AgentJar(Pattern.compile("a/(?!kept/).*"));
    jar.addLibrary(jar("a.jar", Map.of("a/r", "1", "a/kept/r", "2", "b/a/r", "3")));

    assertThat(write(jar, "out.jar").keySet())
        .containsExactly("META-INF/MANIFEST.MF", "inst/a/kept/r", "inst/b/a/r");
  }

  @Test
  void mergesServices() throws IOException {
    AgentJar jar = new AgentJar(NOTHING);
    jar.addLibrary(jar("a.jar", Map.of("META-INF/services/S", "# comment\nA # first\n")));
    jar.addLibrary(jar("b.jar", Map.of("META-INF/services/S", "B\nA")));

    assertThat(write(jar, "out.jar")).containsEntry("inst/META-INF/services/S", "A\nB\n");
  }

  @Test
  void laysVersionsUpTo17OverTheBase() throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMulti-Release: true\n");
    files.put("r", "base");
    files.put("META-INF/versions/8/r", "8");
    files.put("META-INF/versions/9/r", "9");
    files.put("META-INF/versions/9/only9", "9");
    files.put("META-INF/versions/11/r", "11");
    files.put("META-INF/versions/21/r", "21");
    AgentJar jar = new AgentJar(NOTHING);
    jar.addLibrary(jar("a.jar", files));

    assertThat(write(jar, "out.jar"))
        .containsEntry("inst/r", "11")
        .containsEntry("inst/only9", "9")
        .hasSize(3);
  }

  @Test
  void refusesTwoFilesOfOneName() throws IOException {
    AgentJar jar = new AgentJar(NOTHING);
    jar.addLibrary(jar("a.jar", Map.of("r", "1")));
    Path other = jar("b.jar", Map.of("r", "2"));

    assertThatThrownBy(() -> jar.addLibrary(other)).hasMessageContaining("inst/r of");
  }

  @Test
  void rewritesLoggingOfAllButTheAgentItself() throws IOException {
    String text = classFile(UsesLogging.class);
    AgentJar jar = new AgentJar(NOTHING);
    jar.addLibrary(
        jar("a.jar", Map.of("example/UsesLogging.class", text, "dev/turnout/agent/X.class", text)));

    Map<String, String> entries = write(jar, "out.jar");

    assertThat(entries.get("inst/example/UsesLogging.class"))
        .contains("dev/turnout/agent/jul/Logger")
        .contains(UsesLogging.LOGGER_NAME)
        .doesNotContain("java/util/logging");
    assertThat(entries).containsEntry("inst/dev/turnout/agent/X.class", text);
  }

  @Test
  void tellsMissingPartsOfTheStandIn() throws IOException {
    AgentJar jar = new AgentJar(NOTHING);
    jar.addLibrary(jar("a.jar", Map.of("example/U.class", classFile(UsesLogging.class))));

    assertThat(jar.missingLoggingMembers())
        .contains(
            "dev/turnout/agent/jul/Level",
            "dev/turnout/agent/jul/Level.INFO:Ldev/turnout/agent/jul/Level;");
  }

  @Test
  void givesTheSameBytesInEveryTimeZone() throws IOException {
    Path library = jar("a.jar", Map.of("r", "1", "s", "2"));
    TimeZone before = TimeZone.getDefault();
    try {
      for (String zone : new String[] {"Asia/Tokyo", "America/New_York"}) {
        TimeZone.setDefault(TimeZone.getTimeZone(zone));
        AgentJar jar = new AgentJar(NOTHING);
        jar.addLibrary(library);
        write(jar, zone.substring(0, 4) + ".jar");
      }
    } finally {
      TimeZone.setDefault(before);
    }

    assertThat(folder.resolve("Asia.jar")).hasSameBinaryContentAs(folder.resolve("Amer.jar"));
  }

  private Map<String, String> write(AgentJar jar, String name) throws IOException {
    Path out = folder.resolve(name);
    jar.write(out, "Title", "1", TIME);
    Map<String, String> entries = new LinkedHashMap<>();
    try (InputStream in = Files.newInputStream(out)) {
      read(in, "", entries);
    }
    assertThat(entries.remove("inst.index")).endsWith("1");
    String inner = entries.remove("inst.jar");
    read(new ByteArrayInputStream(inner.getBytes(ISO_8859_1)), "inst/", entries);
    return entries;
  }

  private static void read(InputStream jar, String prefix, Map<String, String> entries)
      throws IOException {
    ZipInputStream zip = new ZipInputStream(jar);
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      entries.put(prefix + entry.getName(), new String(zip.readAllBytes(), ISO_8859_1));
    }
  }

  private Path jar(String name, Map<String, String> files) throws IOException {
    Path path = folder.resolve(name);
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(path), UTF_8)) {
      for (Map.Entry<String, String> file : files.entrySet()) {
        out.putNextEntry(new ZipEntry(file.getKey()));
        out.write(file.getValue().getBytes(ISO_8859_1));
        out.closeEntry();
      }
    }
    return path;
  }

  private static String classFile(Class<?> type) throws IOException {
    String name = "/" + type.getName().replace('.', '/') + ".class";
    try (InputStream in = type.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), ISO_8859_1);
    }
  }
}
