package dev.turnout.bootstrap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnout.packer.PackAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the packer packs, as the agent reads it. */
class AgentArchiveTest {
  @TempDir Path directory;
  private final Map<String, String> files = new TreeMap<>();
  private Path jar;

  @BeforeEach
  void pack() throws IOException {
    files.put("dev/turnout/stored", "s");
    files.put("other/empty", "");
    // Of one hash code.
    files.put("Aa", "first");
    files.put("BB", "second");
    for (int i = 0; i < 500; i++) {
      files.put("many/" + i, "content ".repeat(i));
    }
    Path library = directory.resolve("library.jar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(library))) {
      for (Map.Entry<String, String> file : files.entrySet()) {
        out.putNextEntry(new ZipEntry(file.getKey()));
        out.write(file.getValue().getBytes(UTF_8));
      }
    }
    jar = directory.resolve("agent.jar");
    Path bootstrap = Files.createDirectory(directory.resolve("bootstrap"));
    PackAgent.main(
        new String[] {
          "--out", jar.toString(),
          "--bootstrap", bootstrap.toString(),
          "--class-path", library.toString(),
          "--license", Files.writeString(directory.resolve("LICENSE"), "l").toString(),
          "--title", "Agent",
          "--version", "1.2-é",
          "--time", "2026-01-01T00:00:00Z"
        });
  }

  @Test
  void everyEntry_isFoundByItsName() throws IOException {
    AgentArchive archive = AgentArchive.open(jar.toFile());
    assertThat(archive.version()).isEqualTo("1.2-é");
    for (Map.Entry<String, String> file : files.entrySet()) {
      assertThat(archive.mayHave(file.getKey())).isTrue();
      assertThat(new String(archive.read(file.getKey()), UTF_8))
          .as(file.getKey())
          .isEqualTo(file.getValue());
    }
  }

  @Test
  void whatIsNotThere_isNotFound() throws IOException {
    AgentArchive archive = AgentArchive.open(jar.toFile());
    assertThat(archive.mayHave("many/500")).isFalse();
    assertThat(archive.read("many/500")).isNull();
    // Of the same hash code as one that is there.
    assertThat("other/empuZ").hasSameHashCodeAs("other/empty");
    assertThat(archive.mayHave("other/empuZ")).isTrue();
    assertThat(archive.read("other/empuZ")).isNull();
  }

  @Test
  void jarThatWasPackedAnew_saysSo() throws IOException {
    Path anew = directory.resolve("anew.jar");
    try (ZipFile whole = new ZipFile(jar.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(anew))) {
      for (ZipEntry entry : whole.stream().toList()) {
        out.putNextEntry(new ZipEntry(entry.getName()));
        whole.getInputStream(entry).transferTo(out);
      }
    }
    assertThatThrownBy(() -> AgentArchive.open(anew.toFile()))
        .isInstanceOf(IOException.class)
        .hasMessage(anew + " is damaged, or was packed anew: copy it as it is");
  }

  @Test
  void jarWithoutTheInnerOne_saysSo() {
    assertThatThrownBy(() -> AgentArchive.open(directory.resolve("library.jar").toFile()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("there is no inst.jar in ");
  }

  // Wherever it is cut, and whatever is overwritten: an exception for it, and none of another kind.
  @Test
  void damagedJar_isNeverReadAsAnything() throws IOException {
    byte[] whole = Files.readAllBytes(jar);
    Path damaged = directory.resolve("damaged.jar");
    for (int length = 0; length < whole.length; length += 97) {
      Files.write(damaged, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> AgentArchive.open(damaged.toFile())).isInstanceOf(IOException.class);
    }
    int tail = whole.length - 400;
    for (int at = tail; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= (byte) 0xff;
      Files.write(damaged, changed);
      try {
        var unused = AgentArchive.open(damaged.toFile()).read("many/3");
      } catch (IOException e) {
        assertThat(e).hasMessageContaining(damaged.toString());
      }
    }
  }
}
