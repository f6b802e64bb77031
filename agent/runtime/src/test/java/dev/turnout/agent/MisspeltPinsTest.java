package dev.turnout.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MisspeltPinsTest {
  private static List<String> ofVariable(String name, String value) {
    return Options.read("", new Properties(), Map.of(name, value)).problems();
  }

  private static List<String> ofProperty(String name, String value) {
    Properties system = new Properties();
    system.setProperty(name, value);
    return Options.read("", system, Map.of()).problems();
  }

  @ParameterizedTest
  @CsvSource({
    "TURNOUT_FLAGS_USE_OLD, off, TURNOUT_FLAG_USE_OLD",
    "TURNOUT_FLAGS_USE_OLD, disabled, TURNOUT_FLAG_USE_OLD",
    "turnout_flag_use_old, off, TURNOUT_FLAG_USE_OLD",
    "turnout.flag.use-old, off, TURNOUT_FLAG_USE_OLD",
    "TURNOUT_FALG_USE_OLD, 0, TURNOUT_FLAG_USE_OLD",
    "TURNOUT_FLAGS_USE_PORT, 25, TURNOUT_FLAG_USE_PORT",
    "TURNOUT_FLAGS_A_SERVICE_PORT, off, TURNOUT_FLAG_A_SERVICE_PORT",
    "TURNOUT_FLAGS_TILE, off, TURNOUT_FLAG_TILE",
  })
  void variable_isTold_withTheNameThatWouldPin(String name, String value, String right) {
    assertThat(ofVariable(name, value))
        .containsExactly(
            name + " pins nothing: a variable that pins begins with TURNOUT_FLAG_: " + right);
  }

  @ParameterizedTest
  @CsvSource({
    "turnout.flags.use_x, -Dturnout.flag.use_x",
    "turnout.Flag.use_x, -Dturnout.flag.use_x",
    "turnout.flag_use_x, -Dturnout.flag.use_x",
    "turnout.flg.use_x, -Dturnout.flag.use_x",
    "TURNOUT_FLAG_USE_X, -Dturnout.flag.USE_X",
  })
  void property_isTold_withTheNameThatWouldPin(String name, String right) {
    assertThat(ofProperty(name, "off"))
        .containsExactly(
            "-D"
                + name
                + " pins nothing: a property that pins begins with turnout.flag., and the flag's"
                + " own name follows: "
                + right);
  }

  @ParameterizedTest
  @CsvSource({
    "TURNOUT_FLAGS_FILE, flags.yaml",
    "TURNOUT_FLAGS_FILE, off",
    "TURNOUT_FLAG_USE_X, off",
    "TURNOUT_FLAGS_PORT, tcp://10.0.0.5:80",
    "TURNOUT_FLAGS_SERVICE_HOST, 10.0.0.5",
    "TURNOUT_FLAGS_SERVICE_PORT, 80",
    "TURNOUT_FLAGS_SERVICE_PORT_HTTP, 80",
    "TURNOUT_FLAGS_PORT_80_TCP, tcp://10.0.0.5:80",
    "TURNOUT_FLAGS_PORT_80_TCP_PROTO, tcp",
    "TURNOUT_FLAGS_PORT_80_TCP_PORT, 80",
    "TURNOUT_FLAGS_PORT_80_TCP_ADDR, 10.0.0.5",
    "TURNOUT_FLAG_SERVICE_HOST, 10.0.0.5",
    "TURNOUT_FLAG_PORT, tcp://10.0.0.5:80",
    "TURNOUT_FLAT_RATE, 1",
    "TURNOUT_LAG_MAX, 1",
    "TURNOUT_FALG_URL, http://x",
  })
  void optionPinServiceLinkOrOtherWord_isNoMisspeltPin(String name, String value) {
    assertThat(ofVariable(name, value)).isEmpty();
  }

  @Test
  void nearlyAnOption_isToldAsOne_ifItsValueIsNoPins() {
    assertThat(ofVariable("TURNOUT_FLAGS_FILES", "flags.yaml"))
        .containsExactly(
            "TURNOUT_FLAGS_FILES: there is no such option; did you mean \"flags-file\"?");
    assertThat(ofProperty("turnout.flags-file", "off")).isEmpty();
    assertThatThrownBy(() -> ofProperty("turnout.flags.file", "off"))
        .hasMessageContaining("did you mean \"flags-file\"?");
  }
}
