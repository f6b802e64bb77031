package dev.turnout.server.web;

import dev.turnout.server.auth.Right;
import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** {@code GET /openapi.json}: the description of all routes, which is written as YAML. */
final class OpenApiRoute {
  private static final String RESOURCE = "/openapi.yaml";

  private final byte[] json = read();

  void register(RoutesConfig routes) {
    Api.get(
        routes,
        "/openapi.json",
        context -> context.contentType("application/json").result(json),
        Right.READ);
  }

  private static byte[] read() {
    try (InputStream yaml = OpenApiRoute.class.getResourceAsStream(RESOURCE)) {
      return JsonMapper.shared().writeValueAsBytes(new YAMLMapper().readTree(yaml));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
