package dev.turnout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What a person and a script see of a command: requests, tables, JSON, exit codes. */
final class CommandTest {
  private static final String FLAG =
      """
      {"name":"f","revision":7,"enabled":true,"strategy":"percentage","percentage":12.5,
       "rings":{"internal":100},"canary":{"servers":["s"],"regions":[],"users":[]},
       "dependencies":["g"],"frozen":true,"stop":null,"description":"why"}""";

  private final CannedServer server = new CannedServer();

  @TempDir Path directory;

  @BeforeEach
  void writeToken() throws IOException {
    Files.writeString(directory.resolve("token"), "secret-token\n");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private CommandRun run(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--url", server.url(), "--token-file", "token"));
    return CommandRun.in(directory, all.toArray(String[]::new));
  }

  @Test
  void get_one_showsFieldsInWords() {
    server.answer("GET /feature-flags/f", 200, FLAG);

    CommandRun run = run("get", "f");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("percentage      12.5 %")
        .contains("depends on      g")
        .doesNotContain("canary regions");
    assertThat(server.lastAsked().authorization()).isEqualTo("Bearer secret-token");
  }

  @Test
  void get_all_isAnAlignedTable() {
    server.answer("GET /feature-flags", 200, "{\"revision\":7,\"flags\":[" + FLAG + "]}");

    assertThat(run("get").out().lines())
        .containsExactly(
            "FLAG  STATE    ROLLOUT  FROZEN  DEPENDS ON  REVISION",
            "f     enabled  12.5 %   yes     g                  7");
  }

  @Test
  void get_json_isTheServersAnswer() {
    server.answer("GET /feature-flags/f", 200, FLAG);

    assertThat(ControlApi.json().readTree(run("get", "f", "--json").out()))
        .isEqualTo(ControlApi.json().readTree(FLAG));
  }

  @Test
  void set_partOfAField_keepsTheRestOfIt() {
    server.answer("GET /feature-flags/f", 200, FLAG).answer("PUT /feature-flags/f", 200, FLAG);

    run("set", "f", "rings.beta=50", "enabled=off", "canary.users=a,b", "description=12");

    assertThat(server.lastAsked().body())
        .isEqualTo(
            "{\"rings\":{\"internal\":100,\"beta\":50},\"enabled\":false,"
                + "\"canary\":{\"servers\":[\"s\"],\"regions\":[],\"users\":[\"a\",\"b\"]},"
                + "\"description\":\"12\"}");
  }

  @Test
  void set_jsonObject_isSentAsItIs() {
    server.answer("PUT /feature-flags/f", 201, FLAG);

    assertThat(run("set", "f", "--json", "{\"percentage\":10}").exitCode()).isZero();

    assertThat(server.lastAsked().body()).isEqualTo("{\"percentage\":10}");
  }

  @Test
  void set_variants_areAllOfThem_inOrder() {
    server.answer(
        "PUT /feature-flags/f",
        200,
        FLAG.replace("\"stop\"", "\"variants\":{\"z\":33.34,\"a\":66.66},\"stop\""));

    CommandRun run =
        run("set", "f", "--variant", "z=33.34", "percentage=5", "--variant", "a=66.66%");

    assertThat(server.lastAsked().body())
        .isEqualTo("{\"percentage\":5,\"variants\":{\"z\":33.34,\"a\":66.66}}");
    assertThat(run.out()).contains("  who is on gets: z 33.34 %, a 66.66 %\n");
  }

  @Test
  void set_variantsAlone_andTheirRemoval() {
    server.answer("PUT /feature-flags/f", 200, FLAG);

    assertThat(run("set", "f", "--variant", "a=100").exitCode()).isZero();
    assertThat(server.lastAsked().body()).isEqualTo("{\"variants\":{\"a\":100}}");
    assertThat(run("set", "f", "variants={}").exitCode()).isZero();
    assertThat(server.lastAsked().body()).isEqualTo("{\"variants\":{}}");
  }

  @Test
  void get_one_showsVariantsInOrder() {
    server.answer(
        "GET /feature-flags/f",
        200,
        FLAG.replace("\"stop\"", "\"variants\":{\"z\":33.34,\"a\":66.66},\"stop\""));

    assertThat(run("get", "f").out()).contains("variants        z 33.34 %, a 66.66 %\n");
  }

  @Test
  void explain_namesTheVariant() {
    server.answer(
        "POST /feature-flags/explain/f",
        200,
        "{\"on\":true,\"variant\":\"manual\",\"reason\":\"SPLIT\",\"steps\":[]}");

    assertThat(run("explain", "f").out())
        .isEqualTo("f is on, variant manual, for this caller: SPLIT\n");
  }

  @Test
  void set_wordThatIsNoNumber_isLeftToTheServer() {
    server.answer(
        "PUT /feature-flags/f",
        400,
        "{\"detail\":\"percentage: must be a number\",\"status\":400}");

    CommandRun run = run("set", "f", "percentage=ten");

    assertThat(server.lastAsked().body()).isEqualTo("{\"percentage\":\"ten\"}");
    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.err()).isEqualTo("turnout: percentage: must be a number (400)\n");
  }

  @Test
  void rollout_unknownFlag_createsNone() {
    assertThat(run("rollout", "misspelt", "50").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(server.asked())
        .extracting(CannedServer.Asked::route)
        .noneMatch(route -> route.startsWith("PUT"));
  }

  @Test
  void kill_withReason_isOneRequest() {
    server.answer(
        "POST /feature-flags/kill/f",
        200,
        """
        {"name":"f","revision":8,"enabled":true,"strategy":"percentage","percentage":10,
         "stop":{"kind":"killed","by":"admin","at":"now","reason":"say \\"why\\""}}""");

    CommandRun run = run("kill", "f", "--reason", "say \"why\"");

    assertThat(server.asked()).hasSize(1);
    assertThat(server.lastAsked().body()).isEqualTo("{\"reason\":\"say \\\"why\\\"\"}");
    assertThat(run.out())
        .isEqualTo("f is killed, 10 % (revision 8)\n  killed by admin at now: say \"why\"\n");
  }

  @Test
  void canaryRemove_nameWithSlash_isOneSegment() {
    server.answer("DELETE /canary/users/a%20b%2Fc", 200, "{\"mode\":true,\"users\":[]}");

    assertThat(run("canary-remove", "a b/c").out())
        .isEqualTo("canary mode is on\nno canary users\n");
  }

  @Test
  void status_instance_hasShareErrorsAndLatencies() {
    server.answer(
        "GET /status.json",
        200,
        """
        {"env":"default","revision":3,"canary":{"mode":false},"agents":{"connected":1,"behind":0},
         "flags":[{"name":"f","state":"on","strategy":"ring","rings":{"internal":100,"ga":0},
          "instances":[{"service":"game","instance":"game-1","tripped_here":true,
           "new":{"calls":25,"errors":1,"p50_ms":1.234,"p99_ms":4.0},
           "variants":{"manual":{"calls":20,"errors":1,"p50_ms":1,"p99_ms":4.0}},
           "fallback":{"calls":75,"errors":0,"p50_ms":null,"p99_ms":null}}]}]}""");

    assertThat(run("status").out().lines().skip(2).map(line -> line.replaceAll(" {2,}", " | ")))
        .containsExactly(
            "f | on, tripped here | internal 100 %, ga 0 % | game/game-1 | 25.0 % | 100 | 4.0 %"
                + " | 1.23/4 | -",
            " | variant manual | 20.0 % | 20 | 5.0 % | 1/4");
  }

  @Test
  void explain_stepsAreNumbered() {
    server.answer(
        "POST /feature-flags/explain/f",
        200,
        "{\"on\":true,\"reason\":\"SPLIT\",\"steps\":[\"enabled: yes\",\"bucket 3\"]}");

    CommandRun run =
        run(
            "explain",
            "f",
            "--user",
            "u",
            "--ring",
            "beta",
            "--attribute",
            "tenant=t",
            "--server",
            "s");

    assertThat(run.out())
        .isEqualTo(" 1. enabled: yes\n 2. bucket 3\nf is on for this caller: SPLIT\n");
    assertThat(server.lastAsked().body())
        .isEqualTo(
            "{\"context\":{\"tenant\":\"t\",\"user_id\":\"u\",\"ring\":\"beta\"},\"server\":\"s\"}");
  }

  @Test
  void agents_unwiredGate_isNamed() {
    server.answer(
        "GET /agents",
        200,
        """
        {"agents":[{"service":"game","instance":"g1","region":"eu","agent_version":"1","revision":3,
         "last_seen":"now","connected":true,"gates":[{"flag":"f","method":"A.a()","wired":false,
         "problem":"no fallback"}]}]}""");

    assertThat(run("agents").out())
        .contains("0 of 1")
        .endsWith("g1: A.a() is not gated: no fallback\n");
  }

  @ParameterizedTest
  @CsvSource({"400,1", "409,1", "500,1", "302,1", "404,4", "401,5", "403,5"})
  void exitCode_followsTheStatus(int status, int exitCode) {
    server.answer("GET /canary", status, "{\"detail\":\"because\"}");

    CommandRun run = run("canary-list");

    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(run.err()).contains("because");
    assertThat(run.err() + run.out()).doesNotContain("secret-token");
  }

  @Test
  void exitCode_answerIsNoJson_isRefused() {
    server.answer("GET /canary", 200, "<html>");

    assertThat(run("canary-list").exitCode()).isEqualTo(ExitCode.REFUSED);
  }

  @Test
  void exitCode_nobodyListens_isUnreachable() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }

    CommandRun run =
        CommandRun.in(
            directory, "kill", "f", "--url", "http://127.0.0.1:" + port, "--token-file", "token");

    assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(run.err()).contains("cannot reach the control server at http://127.0.0.1:" + port);
  }

  @ParameterizedTest
  @CsvSource({
    "get f --bad",
    "toggle f onn",
    "set f percentage",
    "set f",
    "set f --variant a",
    "set f --variant =5",
    "set f --variant a=50 --variant a=50",
    "set f variants={} --variant a=100",
    "rollout f ten",
    "nonsense",
    "kill"
  })
  void exitCode_wrongUsage(String words) {
    assertThat(run(words.split(" ")).exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(server.asked()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"get ''", "kill ''", "kill ..", "freeze a/b", "toggle 'a b' off", "rollout '' 5"})
  void name_thatIsNone_isWrongUsage(String words) {
    String[] split = words.split(" (?=([^']*'[^']*')*[^']*$)");
    for (int i = 0; i < split.length; i++) {
      split[i] = split[i].replace("'", "");
    }

    CommandRun run = run(split);

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).startsWith("turnout: NAME must be 1 to 128 characters");
    assertThat(server.asked()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ten | PERCENT must be a number from 0 to 100, not \"ten\"",
        "NaN | PERCENT must be a number from 0 to 100, not \"NaN\"",
        "% | PERCENT must be a number from 0 to 100, not \"%\"",
        "101 | PERCENT must be a number from 0 to 100, not 101",
        "33.3333 | PERCENT must have at most 3 decimals, not 33.3333",
      })
  void rollout_percentThatIsNone_isWrongUsage(String percent, String message) {
    CommandRun run = run("rollout", "f", percent);

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).isEqualTo("turnout: " + message + "\n");
    assertThat(server.asked()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10", "10%", "10 %"})
  void rollout_percentSign_mayFollow(String percent) {
    server.answer("GET /feature-flags/f", 200, FLAG).answer("PUT /feature-flags/f", 200, FLAG);

    assertThat(run("rollout", "f", percent).exitCode()).isZero();
    assertThat(server.lastAsked().body()).isEqualTo("{\"percentage\":10}");
  }

  @Test
  void json_refusal_isTheProblemDocument() {
    String problem =
        "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
            + "\"detail\":\"percentage: no\",\"field\":\"percentage\"}";
    server.answer("PUT /feature-flags/f", 400, problem);

    CommandRun run = run("set", "f", "--json", "percentage=101");

    assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).isEqualTo(problem + "\n");
  }

  @ParameterizedTest
  @CsvSource({
    "get nobody --json, 4, Not found",
    "get f --json --bad, 2, Wrong usage",
    "get a/b --json, 2, Wrong usage",
    "kill --json, 2, Wrong usage",
  })
  void json_failure_isAnObject(String words, int exitCode, String title) {
    CommandRun run = run(words.split(" "));

    assertThat(run.exitCode()).isEqualTo(exitCode);
    JsonNode problem = ControlApi.json().readTree(run.err());
    assertThat(problem.path("title").asString("")).isEqualTo(title);
    assertThat(problem.path("detail").asString("")).isNotBlank();
  }

  @Test
  void warnings_areShown() {
    server.answer(
        "POST /feature-flags/kill/f",
        200,
        FLAG.replaceFirst("\\{", "{\"warnings\":[\"does not reach game/game-1\"],"));

    assertThat(run("kill", "f").err()).isEqualTo("turnout: warning: does not reach game/game-1\n");
  }

  @Test
  void status_agentsAhead_saysWhatToDo() {
    server.answer(
        "GET /status.json",
        200,
        "{\"env\":\"default\",\"revision\":2,\"agents\":{\"connected\":1,\"behind\":0,\"ahead\":1}}");

    assertThat(run("status").out())
        .contains("0 behind, 1 ahead: they refuse this server's snapshots", "turnout epoch raise");
  }

  @Test
  void epochRaise_isOneRequest() {
    server.answer("POST /epoch/raise", 200, "{\"epoch\":2,\"revision\":3}");

    assertThat(run("epoch", "raise", "--reason", "restored").out())
        .isEqualTo("epoch 2, revision 3\n");
    assertThat(server.lastAsked().body()).isEqualTo("{\"reason\":\"restored\"}");
  }

  @Test
  void help_namesTheExitCodes() {
    assertThat(CommandRun.in(directory, "--help").out()).contains("5  not authorised, or no token");
  }
}
