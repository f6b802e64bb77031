package dev.turnout.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
}
