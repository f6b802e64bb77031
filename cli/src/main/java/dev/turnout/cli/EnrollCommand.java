package dev.turnout.cli;

import dev.turnout.client.tls.Pem;
import dev.turnout.server.auth.TokenFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code turnout enroll --service NAME}. */
@Command(
    name = "enroll",
    description = {
      "Writes the one file that the agents of a service need: the server's address, a token of"
          + " their own, the public keys to pin, who vouches for the server, environment and"
          + " service. For admin tokens only.",
      "Then: java -javaagent:turnout-agent.jar=config=FILE …"
    })
final class EnrollCommand extends ClientCommand {
  private static final int RANDOM_BYTES = 4;

  private final Terminal terminal;

  @Option(
      names = "--service",
      required = true,
      paramLabel = "NAME",
      description = "The service that runs the agents; the token speaks for it alone.")
  private String service = "";

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "turnout-agent.properties",
      description = "Where to write, for the owner only (${DEFAULT-VALUE}).")
  private Path out = Path.of("");

  @Option(names = "--force", description = "Replace the file if it is there.")
  private boolean force;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "The address that agents reach the server at, if it is not that of --url.")
  private @Nullable String server;

  @Option(
      names = "--token-name",
      paramLabel = "NAME",
      description = "What the token is called; else the service's name and some digits.")
  private @Nullable String tokenName;

  @Option(
      names = "--expires",
      paramLabel = "DURATION",
      description = "How long the token opens: 12h, 90d; else for ever.")
  private @Nullable String expires;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept in the audit trail.")
  private @Nullable String reason;

  EnrollCommand(Terminal terminal) {
    super(terminal);
    this.terminal = terminal;
  }

  private Path file() {
    return terminal.directory().resolve(out);
  }

  // Before a token is issued: one that cannot be kept opens all the same.
  @Override
  void validate() {
    Arguments.flagName(service);
    if (server != null) {
      server = Endpoint.checkedUrl(server).toString();
    }
    Path folder = file().toAbsolutePath().getParent();
    if (Files.isDirectory(file()) || folder == null || !Files.isWritable(folder)) {
      throw new CommandFailure(ExitCode.USAGE, "--out: cannot write " + file());
    }
    if (Files.exists(file()) && !force) {
      throw new CommandFailure(
          ExitCode.USAGE, "--out: " + file() + " is there already; --force replaces it");
    }
  }

  @Override
  JsonNode request(ControlApi api) {
    String authority = api.endpoint().caFile().map(EnrollCommand::authority).orElse("");
    String environment = api.get("/status.json").path("env").asString("");
    JsonNode keys = api.get("/signing-keys").path("keys");
    JsonNode token = api.post("/tokens", token());
    String name = token.path("name").asString("?");
    StringBuilder text = new StringBuilder();
    text.append("# Written by 'turnout enroll'. It holds a secret: for its owner's eyes only.\n");
    line(text, "server", Optional.ofNullable(server).orElse(api.endpoint().url().toString()));
    line(text, "service", service);
    line(text, "environment", environment);
    line(text, "token", token.path("secret").asString(""));
    line(text, "public-keys", String.join(" ", keys.findValuesAsString("public_key")));
    if (!authority.isEmpty()) {
      line(text, "ca-file", authority);
    }
    write(text.toString(), name);
    return ControlApi.object()
        .put("file", out.toString())
        .put("service", service)
        .put("environment", environment)
        .put("token", name)
        .put("public_keys", keys.size());
  }

  private ObjectNode token() {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    ObjectNode body =
        ControlApi.object()
            .put(
                "name",
                tokenName != null ? tokenName : service + "-" + HexFormat.of().formatHex(random))
            .put("kind", "agent")
            .put("service", service);
    if (expires != null) {
      body.put("expires_in", expires);
    }
    if (reason != null) {
      body.put("reason", reason);
    }
    return body;
  }

  // Only the certificates, whatever else somebody wrote around them.
  private static String authority(Path file) {
    try {
      StringBuilder text = new StringBuilder();
      for (X509Certificate certificate :
          Pem.certificates(Files.readString(file, StandardCharsets.ISO_8859_1))) {
        text.append(Pem.text("CERTIFICATE", certificate.getEncoded()));
      }
      return text.toString();
    } catch (IOException | GeneralSecurityException e) {
      throw new CommandFailure(ExitCode.USAGE, "--ca-file: " + file + ": " + e.getMessage());
    }
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(name).append('=');
    text.append(value.replace("\\", "\\\\").lines().collect(Collectors.joining("\\n")));
    text.append('\n');
  }

  private void write(String text, String name) {
    try {
      TokenFile.write(file(), text.strip());
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.REFUSED,
          "the token "
              + name
              + " was issued, but "
              + file()
              + " cannot be written: "
              + e.getMessage()
              + "; revoke it");
    }
  }

  @Override
  void show(JsonNode answer, PrintWriter printer) {
    printer.println(
        out
            + ": service "
            + service
            + ", environment "
            + answer.path("environment").asString("?")
            + ", token "
            + answer.path("token").asString("?")
            + ", "
            + answer.path("public_keys").asString("?")
            + " public keys");
    printer.println("java -javaagent:turnout-agent.jar=config=" + out + " …");
  }
}
