package dev.turnout.agent;

import dev.turnout.client.ControlClient;
import dev.turnout.client.Timing;
import dev.turnout.client.TokenFile;
import dev.turnout.client.signing.PinnedKeys;
import dev.turnout.client.signing.Trust;
import dev.turnout.client.tls.ClientTls;
import dev.turnout.flags.Host;
import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The options that say where the control server is and whom to believe. */
final class ServerOptions {
  // What the X.509 form of every Ed25519 key begins with.
  private static final String KEY = "MCowBQYDK2VwAyEA";

  private ServerOptions() {}

  static ControlClient.Settings settings(Options options, Host host) {
    return new ControlClient.Settings(
        URI.create(options.get("server")),
        token(options),
        host,
        options.stateDirectory().toPath(),
        Timing.DEFAULT,
        new Trust(keys(options.get("public-keys")), options.get("environment")),
        new ClientTls(
            options.get("ca-file"),
            path(options.get("client-cert")),
            path(options.get("client-key"))));
  }

  private static TokenFile token(Options options) {
    String file = options.get("token-file");
    return file.isEmpty()
        ? new TokenFile(new File(options.get("config")).toPath(), "token")
        : new TokenFile(new File(file).toPath());
  }

  private static @Nullable PinnedKeys keys(String given) {
    if (given.isEmpty()) {
      return null;
    }
    return given.startsWith(KEY) ? PinnedKeys.of(given) : PinnedKeys.in(new File(given).toPath());
  }

  private static @Nullable Path path(String given) {
    return given.isEmpty() ? null : new File(given).toPath();
  }
}
