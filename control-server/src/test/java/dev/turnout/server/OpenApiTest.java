package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The OpenAPI document against the routes. Against the answers it is held by every test here that
 * asks the server something, see {@link Documented}.
 */
final class OpenApiTest extends WithServer {
  @Test
  void everyRoute_isDocumented_andNoOther() {
    assertThat(Documented.operations()).isEqualTo(served.server.routes());
  }

  @Test
  void served_isTheDocument() {
    JsonNode document = served.get("/openapi.json").is(200).json();
    assertThat(document).isEqualTo(Documented.document());
    assertThat(document.get("openapi").stringValue()).isEqualTo("3.1.0");
  }

  @Test
  void everyReference_leadsSomewhere_andNothingIsUnused() {
    Set<String> used = new TreeSet<>();
    collect(Documented.document(), used);
    for (String reference : used) {
      assertThat(Documented.document().at(reference.substring(1)).isMissingNode())
          .as(reference)
          .isFalse();
    }
    JsonNode components = Documented.document().get("components");
    for (String kind : List.of("schemas", "parameters", "responses", "requestBodies")) {
      for (String name : components.get(kind).propertyNames()) {
        assertThat(used).contains("#/components/" + kind + "/" + name);
      }
    }
  }

  @Test
  void everyVariableOfAPath_isAParameter_andEveryOperationHasAName() {
    List<String> names = new ArrayList<>();
    JsonNode paths = Documented.document().get("paths");
    for (String path : paths.propertyNames()) {
      JsonNode parameters = paths.get(path).get("parameters");
      assertThat(path.contains("{")).as(path).isEqualTo(parameters != null);
      for (String method : paths.get(path).propertyNames()) {
        if (!method.equals("parameters")) {
          names.add(paths.get(path).get(method).get("operationId").stringValue());
        }
      }
    }
    assertThat(names).doesNotHaveDuplicates();
  }

  private static void collect(JsonNode node, Set<String> references) {
    JsonNode reference = node.get("$ref");
    if (reference != null && reference.isString()) {
      references.add(reference.stringValue());
    }
    node.forEach(child -> collect(child, references));
  }
}
