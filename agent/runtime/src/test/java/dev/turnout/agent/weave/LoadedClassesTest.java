package dev.turnout.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadedClassesTest {
  @ParameterizedTest
  @CsvSource({
    "17,true",
    "17.0.19+3,true",
    "17.0.20,false",
    "17.0.21,false",
    "18.0.2,true",
    "19,false",
    "25.0.1,false"
  })
  void losesNames(String version, boolean loses) {
    assertThat(LoadedClasses.losesNames(Runtime.Version.parse(version))).isEqualTo(loses);
  }

  @ParameterizedTest
  @CsvSource({"17.0.20,true", "25.0.3,true", "25.0.4,false", "26,false"})
  void corruptsRecords(String version, boolean corrupts) {
    assertThat(LoadedClasses.corruptsRecords(Runtime.Version.parse(version))).isEqualTo(corrupts);
  }
}
