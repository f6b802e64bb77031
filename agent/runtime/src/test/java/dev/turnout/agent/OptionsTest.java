package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
  @TempDir Path directory;

  private static Options read(String arguments) {
    return Options.read(arguments, new Properties(), Map.of());
  }

  private static Properties property(String name, String value) {
    Properties properties = new Properties();
    properties.setProperty(name, value);
    return properties;
  }

  @Test
  void sources_inTheirOrder() throws Exception {
    Path file = directory.resolve("agent.properties");
    Files.writeString(file, "turnout.service=file\nregion=file\n");
    Map<String, String> environment =
        Map.of(
            "TURNOUT_SERVICE", "env", "TURNOUT_REGION", "env", "TURNOUT_CONFIG", file.toString());
    Properties system = property("turnout.service", "property");
    assertThat(Options.read("service=argument", system, environment).get("service"))
        .isEqualTo("argument");
    assertThat(Options.read("", system, environment).get("service")).isEqualTo("property");
    assertThat(Options.read("", new Properties(), environment).get("service")).isEqualTo("env");
    Options fromFile =
        Options.read("config=" + file, new Properties(), Map.of("TURNOUT_REGION", "env"));
    assertThat(fromFile.get("service")).isEqualTo("file");
    assertThat(fromFile.get("region")).isEqualTo("env");
    assertThat(fromFile.all().get("service").origin()).isEqualTo("properties file");
  }

  @ParameterizedTest
  @CsvSource({
    "servr=http://x, there is no option",
    "server, must be written key=value",
    "server=http:///x;token-file=t, must name a host",
    "server=http://a_b:80;token-file=t, must name a host",
    "server=http://h:99999;token-file=t, must name a host",
    "server=ftp://h;token-file=t, must be an http or https URL",
    "server=http://h, token-file must be given",
    "server=http://h;token=s3cret, 'token must stand in the file that config names, and not'",
    "client-cert=c, client-cert and client-key must be given together",
    "environment=a b, environment must be 1 to 128 characters",
    "labels=a:1;flagsfile, must be written key=value",
    "labels=a, must be written name:value",
    "service=, service must be 1 to 128 characters",
    "service=.., not dots alone",
    "measure=much, 'must be off, counts, sampled or every'",
    "enabled=maybe, enabled must be true or false",
    "force=yes, force must be true or false",
    "force=, force must be true or false",
    "config=., config must name a regular file",
    "config=no/such.properties, the properties file cannot be read",
  })
  void wrong_saysWhatWouldBeRight(String arguments, String message) {
    assertThatThrownBy(() -> read(arguments.replace(';', ',')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void wrong_saysWhereItCameFrom() throws Exception {
    Path file = Files.writeString(directory.resolve("agent.properties"), "region=a b\n");
    assertThatThrownBy(() -> Options.read("", new Properties(), Map.of("TURNOUT_MEASURE", "much")))
        .hasMessageEndingWith("not \"much\" (TURNOUT_MEASURE)");
    assertThatThrownBy(() -> read("config=" + file))
        .hasMessageEndingWith("not \"a b\" (properties file)");
    assertThatThrownBy(() -> read("server=ftp://h,token-file=t"))
        .hasMessageEndingWith("not \"ftp://h\" (agent argument)");
  }

  @Test
  void wrongPort_costsThePortAlone() {
    Options options = read("metrics-port=70000,service=shop");
    assertThat(options.get("metrics-port")).isEmpty();
    assertThat(options.get("service")).isEqualTo("shop");
    assertThat(options.problems())
        .containsExactly(
            "metrics-port must be a port from 0 to 65535, not \"70000\" (agent argument);"
                + " the agent goes on without the port");
  }

  @Test
  void serviceLinkOfKubernetes_isNoOption() throws Exception {
    Path file = Files.writeString(directory.resolve("agent.properties"), "metrics-port=9464\n");
    Options options =
        Options.read(
            "config=" + file,
            new Properties(),
            Map.of("TURNOUT_METRICS_PORT", "tcp://10.0.0.5:9464"));
    assertThat(options.get("metrics-port")).isEqualTo("9464");
    assertThat(options.problems()).isEmpty();
  }

  @Test
  void token_inTheFile_isTaken_andNeverShown() throws Exception {
    Path file = directory.resolve("agent.properties");
    Files.writeString(file, "server=https://h\ntoken=s3cret\n");

    Options options = read("config=" + file);

    assertThat(options.get("token")).isEqualTo("s3cret");
    assertThat(options.all().toString()).doesNotContain("s3cret");
    assertThatThrownBy(() -> Options.read("", property("turnout.token", "s3cret"), Map.of()))
        .hasMessageContaining("token must stand in the file")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void misspelledPropertyOrVariable_isRefused_othersWithThePrefixAreNot() {
    assertThatThrownBy(() -> Options.read("", property("turnout.flagsfile", "x"), Map.of()))
        .hasMessage("-Dturnout.flagsfile: there is no such option; did you mean \"flags-file\"?");
    assertThatThrownBy(() -> Options.read("", new Properties(), Map.of("TURNOUT_FLAGSFILE", "x")))
        .hasMessageContaining("did you mean \"flags-file\"?");
    assertThat(
            Options.read("", property("turnout.root", "x"), Map.of("TURNOUT_URL", "x")).problems())
        .isEmpty();
  }

  @Test
  void pin_isNoMisspelledOption() {
    Options options =
        Options.read("", property("turnout.flag.sfile", "on"), Map.of("TURNOUT_FLAG_S_FILE", "on"));
    assertThat(options.problems()).isEmpty();
    assertThat(options.overrides().of("sfile")).isNotNull();
  }

  @Test
  void nearlyAnOption_isTold_andTheRestIsTaken() {
    Options options =
        Options.read(
            "service=game", property("turnout.gate-file", "x"), Map.of("TURNOUT_MESURE", "off"));
    assertThat(options.get("service")).isEqualTo("game");
    assertThat(options.problems())
        .containsExactlyInAnyOrder(
            "-Dturnout.gate-file: there is no such option; did you mean \"gates-file\"?",
            "TURNOUT_MESURE: there is no such option; did you mean \"measure\"?");
  }

  @Test
  void labels_keepTheirCommas() {
    assertThat(read("labels=tier:web,zone:a,service=game").get("labels"))
        .isEqualTo("tier:web,zone:a");
  }

  @Test
  void labels_ofMoreThanAServerTakes_areLeftOut_andTold() {
    StringBuilder labels = new StringBuilder("labels=l0:a");
    for (int i = 1; i < 66; i++) {
      labels.append(",l").append(i).append(":a");
    }
    Options options = read(labels + ",service=game");
    assertThat(options.labels()).hasSize(64).containsKeys("l0", "l63");
    assertThat(options.problems())
        .containsExactly(
            "labels must be at most 64, not 66; the agent goes on with the first of them"
                + " (agent argument)");
  }
}
