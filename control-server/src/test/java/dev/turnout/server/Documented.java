package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The OpenAPI document, and whether real answers are what it says. */
final class Documented {
  private static final String BASE = "https://turnout.test/openapi";
  private static final JsonNode DOCUMENT = read();
  private static final SchemaRegistry SCHEMAS = registry();
  private static final Map<String, Schema> COMPILED = new ConcurrentHashMap<>();
  private static final SortedSet<String> METHODS =
      new TreeSet<>(List.of("get", "put", "post", "delete", "patch"));

  private Documented() {}

  private static JsonNode read() {
    try (InputStream yaml = Documented.class.getResourceAsStream("/openapi.yaml")) {
      return new YAMLMapper().readTree(yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SchemaRegistry registry() {
    return SchemaRegistry.withDefaultDialect(
        SpecificationVersion.DRAFT_2020_12,
        builder -> builder.schemas(Map.of(BASE, DOCUMENT.toString())));
  }

  static JsonNode document() {
    return DOCUMENT;
  }

  /** Every operation, such as {@code PUT /canary}. */
  static SortedSet<String> operations() {
    SortedSet<String> operations = new TreeSet<>();
    for (String path : DOCUMENT.get("paths").propertyNames()) {
      for (String method : DOCUMENT.get("paths").get(path).propertyNames()) {
        if (METHODS.contains(method)) {
          operations.add(method.toUpperCase(Locale.ROOT) + " " + path);
        }
      }
    }
    return operations;
  }

  /** Insists that an answer is one that the document says can come. */
  static void check(HttpResponse<String> answer) {
    String method = answer.request().method().replace("HEAD", "GET");
    String path = answer.request().uri().getRawPath();
    int status = answer.statusCode();
    String type = answer.headers().firstValue("Content-Type").orElse("");
    String of = method + " " + path + " answered " + status + ": " + answer.body();
    if (status >= 400) {
      assertThat(type).as(of).isEqualTo("application/problem+json");
      if (!answer.body().isEmpty()) {
        validate("#/components/schemas/Problem", answer.body(), of);
      }
      return;
    }
    String template = template(path).orElseThrow(() -> new AssertionError("undocumented: " + of));
    String pointer = "/paths/" + escaped(template) + "/" + method.toLowerCase(Locale.ROOT);
    assertThat(DOCUMENT.at(pointer).isObject()).as("undocumented: " + of).isTrue();
    String response = pointer + "/responses/" + status;
    String resolved = resolved(response);
    assertThat(DOCUMENT.at(resolved).isObject()).as("undocumented status: " + of).isTrue();
    JsonNode content = DOCUMENT.at(resolved).get("content");
    if (content == null) {
      assertThat(answer.body()).as(of).isEmpty();
      return;
    }
    String plain = type.split(";", 2)[0];
    assertThat(content.has(plain)).as("undocumented type " + type + ": " + of).isTrue();
    if (plain.endsWith("json") && !answer.body().isEmpty()) {
      validate("#" + resolved + "/content/" + escaped(plain) + "/schema", answer.body(), of);
    }
  }

  private static String resolved(String pointer) {
    JsonNode reference = DOCUMENT.at(pointer).get("$ref");
    return reference == null ? pointer : reference.stringValue().substring(1);
  }

  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  private static void validate(String pointer, String body, String of) {
    Schema schema =
        COMPILED.computeIfAbsent(
            pointer, key -> SCHEMAS.getSchema(SchemaLocation.of(BASE + encoded(key))));
    assertThat(schema.validate(body, InputFormat.JSON)).as(of).isEmpty();
  }

  // A pointer in a URI's fragment has no braces.
  private static String encoded(String pointer) {
    return pointer.replace("{", "%7B").replace("}", "%7D");
  }

  // Words before variables, as routers have it.
  private static Optional<String> template(String path) {
    return DOCUMENT.get("paths").propertyNames().stream()
        .filter(template -> path.matches(template.replaceAll("\\{[a-z]+}", "[^/]+")))
        .min(Comparator.comparingInt(Documented::variables));
  }

  private static int variables(String template) {
    return template.split("\\{", -1).length;
  }
}
