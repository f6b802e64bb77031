package dev.turnout.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options that say which control server is meant, and the order in which they count.
 *
 * <p>A token goes only where it was meant to go: the profile {@code default} hands out its token
 * for its own URL only, and the token that a server leaves in the working directory goes to this
 * machine only.
 */
final class Connection {
  @Option(names = "--url", paramLabel = "URL", description = "The control server's address.")
  private @Nullable String url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "The file that holds the bearer token.")
  private @Nullable String tokenFile;

  @Option(
      names = {"--profile", "--env"},
      paramLabel = "NAME",
      description =
          "The environment: a profile; '${ROOT-COMMAND-NAME} --help' says where they stand.")
  private @Nullable String profile;

  /** Says which profile is meant, unless an option says something else. */
  void environment(String name) {
    if (profile == null && url == null) {
      profile = name;
    }
  }

  Endpoint endpoint(Terminal terminal) {
    Map<String, String> environment = terminal.environment();
    Optional<Profiles.Profile> named = namedProfile(terminal);
    Optional<String> chosen =
        Optional.ofNullable(url)
            .or(() -> named.flatMap(Profiles.Profile::url))
            .or(() -> given(environment, "TURNOUT_URL"));
    // Not read in vain: a mistake in that file must not keep anybody from a kill.
    Optional<Profiles.Profile> standard =
        chosen.isPresent() ? Optional.empty() : Profiles.of(terminal).standard();
    Optional<String> standardUrl = standard.flatMap(Profiles.Profile::url);
    URI address = Endpoint.checkedUrl(chosen.or(() -> standardUrl).orElse(Endpoint.DEFAULT_URL));

    Optional<Path> token =
        Optional.ofNullable(tokenFile)
            .map(terminal.directory()::resolve)
            .or(() -> named.flatMap(Profiles.Profile::tokenFile))
            .or(() -> given(environment, "TURNOUT_TOKEN_FILE").map(terminal.directory()::resolve));
    if (token.isEmpty() && chosen.isEmpty()) {
      token = standard.flatMap(Profiles.Profile::tokenFile);
    }
    if (token.isEmpty() && Endpoint.isLoopback(address)) {
      token = Optional.of(terminal.directory().resolve(Endpoint.DEFAULT_TOKEN_FILE));
    }
    return new Endpoint(
        address,
        token.orElseThrow(
            () ->
                new CommandFailure(
                    ExitCode.NOT_AUTHORISED,
                    "no token for "
                        + address
                        + "; name its file with --token-file, TURNOUT_TOKEN_FILE or a profile")));
  }

  private Optional<Profiles.Profile> namedProfile(Terminal terminal) {
    if (profile == null) {
      return Optional.empty();
    }
    if (url != null && tokenFile != null) {
      terminal.warn("--profile has no effect beside --url and --token-file");
      return Optional.empty();
    }
    return Optional.of(Profiles.of(terminal).named(profile));
  }

  private static Optional<String> given(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }
}
