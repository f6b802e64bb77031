package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Changes on condition that nobody else changed the flag meanwhile. */
final class IfMatchTest extends WithServer {
  @BeforeEach
  void create() {
    served.put("/feature-flags/x", "{\"percentage\": 10}").is(201);
    served.put("/feature-flags/x", "{\"percentage\": 20}").is(200);
  }

  private Served.Answer send(String method, String name, String ifMatch) {
    HttpRequest.Builder request =
        served
            .request(served.admin, "/feature-flags/" + name)
            .method(method, BodyPublishers.ofString("{\"percentage\": 30}"))
            .header("If-Match", ifMatch);
    return served.send(request.build());
  }

  @Test
  void get_hasTheFlagsTag() {
    assertThat(served.get("/feature-flags/x").response().headers().firstValue("ETag"))
        .hasValue("\"2\"");
  }

  @Test
  void put_onTheRevisionThatWasRead_changes() {
    Served.Answer answer = send("PUT", "x", "\"2\"").is(200);
    assertThat(answer.response().headers().firstValue("ETag")).hasValue("\"3\"");
    send("PUT", "x", "\"1\", \"3\"").is(200);
    send("PUT", "x", "*").is(200);
  }

  @Test
  void put_onAnOlderRevision_isRefused() {
    send("PUT", "x", "\"1\"").isProblem(412, null);
    send("PUT", "x", "2").isProblem(412, null);
    assertThat(served.flag("x").get("percentage").intValue()).isEqualTo(20);
  }

  @Test
  void put_ofAFlagThatIsNotThere_isRefused() {
    send("PUT", "y", "*").isProblem(412, null);
    served.get("/feature-flags/y").isProblem(404, null);
  }

  @Test
  void delete_onAnOlderRevision_isRefused() {
    send("DELETE", "x", "\"1\"").isProblem(412, null);
    send("DELETE", "x", "\"2\"").is(204);
  }

  private Served.Answer post(String path, String body, String ifMatch) {
    HttpRequest.Builder request =
        served
            .request(served.admin, "/feature-flags/" + path)
            .POST(BodyPublishers.ofString(body))
            .header("If-Match", ifMatch);
    return served.send(request.build());
  }

  @Test
  void reset_ofTheStopThatWasSeen_takesNoLaterKillBack() {
    served.post("/feature-flags/kill/x", "{\"reason\": \"corrupts data\"}").is(200);
    Served.Answer refused = post("reset/x", "", "\"2\"").isProblem(412, null);
    assertThat(refused.json().get("detail").stringValue())
        .contains("the flag is at \"3\", not \"2\"; it is killed by ", ": corrupts data");
    assertThat(served.flag("x").get("stop").isNull()).isFalse();
    post("reset/x", "", "\"3\"").is(200);
    assertThat(served.flag("x").get("stop").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "reset/x |",
        "unfreeze/x |",
        "rollout/x/increase | {\"increase_by\": 1}",
        "toggle | {\"flag\": \"x\", \"enabled\": true}",
      })
  void raise_onAnOlderRevision_isRefused(String path, String body) {
    String text = body == null ? "" : body;
    post(path, text, "\"1\"").isProblem(412, null);
    assertThat(served.revision()).isEqualTo(2);
    post(path, text, "\"2\"").is(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kill/x |",
        "freeze/x |",
        "rollout/x/decrease | {\"decrease_by\": 1}",
        "toggle | {\"flag\": \"x\", \"enabled\": false}",
      })
  void stop_onAnOlderRevision_isDone_andSaysSo(String path, String body) {
    JsonNode flag = post(path, body == null ? "" : body, "\"1\"").is(200).json();
    assertThat(flag.get("revision").longValue()).isEqualTo(3);
    assertThat(flag.get("warnings").get(0).stringValue())
        .isEqualTo(
            "done, though not what was asked for: If-Match: the flag is at \"2\", not \"1\"; it is"
                + " enabled");
  }
}
