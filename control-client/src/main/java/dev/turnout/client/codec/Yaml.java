package dev.turnout.client.codec;

import tools.jackson.core.TokenStreamFactory;
import tools.jackson.dataformat.yaml.YAMLFactory;

/** YAML under the same bounds as {@link Json}; loaded only where somebody uses it. */
final class Yaml {
  static final TokenStreamFactory FORMAT =
      YAMLFactory.builder().streamReadConstraints(Json.CONSTRAINTS).build();

  private Yaml() {}
}
