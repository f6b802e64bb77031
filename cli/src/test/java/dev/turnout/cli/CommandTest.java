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
           "fallback":{"calls":75,"errors":0,"p50_ms":null,"p99_ms":null}}]}]}""");

    assertThat(run("status").out().lines().skip(2).map(line -> line.replaceAll(" {2,}", " | ")))
        .containsExactly(
            "f | on, tripped here | internal 100 %, ga 0 % | game/game-1 | 25.0 % | 100 | 4.0 %"
                + " | 1.23/4 | -");
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
    "rollout f ten",
    "nonsense",
    "kill"
  })
  void exitCode_wrongUsage(String words) {
    assertThat(run(words.split(" ")).exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void help_namesTheExitCodes() {
    assertThat(CommandRun.in(directory, "--help").out()).contains("5  not authorised, or no token");
  }
}
