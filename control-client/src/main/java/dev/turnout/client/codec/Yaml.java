package dev.turnout.client.codec;

import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.dataformat.yaml.YAMLFactory;

/** YAML under the same bounds as {@link Json}; loaded only where somebody uses it. */
final class Yaml {
  static final TokenStreamFactory FORMAT =
      YAMLFactory.builder()
          .streamReadConstraints(Json.CONSTRAINTS)
          // Whoever reads a file has a bound of its own, which that of the library would be below.
          .loadSettings(LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).build())
          .build();

  private Yaml() {}
}
