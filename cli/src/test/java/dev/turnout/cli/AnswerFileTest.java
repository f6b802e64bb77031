package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Where an answer is awaited, of a JVM whose {@code /tmp} is another one or the same. */
@EnabledOnOs(OS.LINUX)
class AnswerFileTest {
  @TempDir Path directory;
  private Path here;
  private Path root;
  private LocalProcess process;

  @BeforeEach
  void make() throws IOException {
    here = Files.createDirectories(directory.resolve("here"));
    root = Files.createDirectories(directory.resolve("proc/42/root"));
    Files.createDirectories(directory.resolve("proc/self/maps"));
    process = new LocalProcess(directory.resolve("proc"), "42");
    if (System.getProperty("user.name").equals("root")) {
      var users = directory.getFileSystem().getUserPrincipalLookupService();
      Files.setOwner(directory.resolve("proc/42"), users.lookupPrincipalByName("nobody"));
    }
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  @Test
  void tmpOfItsOwn_hasTheFile_forTheJvmsUserAlone_andUnderTheNameThatTheJvmKnows()
      throws Exception {
    Path inside = Files.createDirectory(root.resolve("tmp"));
    try (AnswerFile answer = AnswerFile.of(process, here)) {
      assertThat(files(here)).isEmpty();
      assertThat(files(inside)).hasSize(1);
      Path made = files(inside).get(0);
      assertThat(answer.path()).isEqualTo(Path.of("/tmp").resolve(made.getFileName()));
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
          .isEqualTo("rw-------");
      assertThat(Files.getOwner(made)).isEqualTo(Files.getOwner(directory.resolve("proc/42")));
      assertThat(answer.text()).isEmpty();
      Files.writeString(made, "ok done: é");
      assertThat(answer.text()).isEqualTo("ok done: é");
    }
    assertThat(files(inside)).isEmpty();
  }

  @Test
  void sameTmp_hasTheFile_underItsNameHere() throws Exception {
    Files.createSymbolicLink(root.resolve("tmp"), here);
    try (AnswerFile answer = AnswerFile.of(process, here)) {
      assertThat(files(here)).containsExactly(answer.path());
      assertThat(Files.getOwner(answer.path()))
          .isEqualTo(Files.getOwner(directory.resolve("proc/42")));
      Files.writeString(answer.path(), "ok done");
      assertThat(answer.text()).isEqualTo("ok done");
    }
    assertThat(files(here)).isEmpty();
  }

  @Test
  void whatIsAsked_isForTheJvmToRead_andNoAnswer() throws Exception {
    Path inside = Files.createDirectory(root.resolve("tmp"));
    try (AnswerFile answer = AnswerFile.of(process, here)) {
      answer.ask("ok é");
      Path made = files(inside).get(0);
      assertThat(made).hasContent("asked ok é");
      assertThat(answer.text()).isEqualTo("asked ok é");
      Files.writeString(made, "ok done");
      assertThat(answer.text()).isEqualTo("ok done");
    }
  }

  @Test
  void whatIsAsked_inTheSameTmp_isThereToo() throws Exception {
    Files.createSymbolicLink(root.resolve("tmp"), here);
    try (AnswerFile answer = AnswerFile.of(process, here)) {
      answer.ask("ok");
      assertThat(answer.path()).hasContent("asked ok");
    }
    assertThat(files(here)).isEmpty();
  }

  @Test
  void linkInPlaceOfItsTmp_isNotFollowed() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.createSymbolicLink(root.resolve("tmp"), elsewhere);
    assertThatThrownBy(() -> AnswerFile.of(process, here))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("it has a /tmp of its own, where no file for its answer can be");
    assertThat(files(elsewhere)).isEmpty();
    assertThat(files(here)).isEmpty();
  }

  @Test
  void linkInPlaceOfTheFile_isNotRead() throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), "ok secret");
    Path inside = Files.createDirectory(root.resolve("tmp"));
    try (AnswerFile answer = AnswerFile.of(process, here)) {
      Path made = files(inside).get(0);
      Files.delete(made);
      Files.createSymbolicLink(made, secret);
      assertThat(answer.text()).isEmpty();
    }
    assertThat(secret).hasContent("ok secret");
  }

  @Test
  void fileThatWasTakenAway_isNoFailure() throws Exception {
    Path inside = Files.createDirectory(root.resolve("tmp"));
    AnswerFile answer = AnswerFile.of(process, here);
    Files.delete(files(inside).get(0));
    answer.close();
    assertThat(files(inside)).isEmpty();
  }
}
