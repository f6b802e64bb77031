package dev.turnout.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Which control server a command talks to.
 *
 * @param url the server's address, without a slash at the end
 * @param tokenFile the file whose first line is the bearer token
 * @param caFile who vouches for the server, PEM; empty for those that the JVM trusts
 */
record Endpoint(URI url, Path tokenFile, Optional<Path> caFile) {
  static final String DEFAULT_URL = "http://127.0.0.1:8640";
  static final String DEFAULT_TOKEN_FILE = "turnout-data/admin.token";

  static URI checkedUrl(String text) {
    try {
      URI url = new URI(text.strip().replaceAll("/+$", ""));
      String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
      if ((scheme.equals("http") || scheme.equals("https")) && url.getHost() != null) {
        return url;
      }
    } catch (URISyntaxException e) {
      // Said below, together with what parses and is still no address of a server.
    }
    throw new CommandFailure(
        ExitCode.USAGE, "not the address of a server: " + text + " (as in " + DEFAULT_URL + ")");
  }

  static boolean isLoopback(URI url) {
    String host = url.getHost();
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }

  /** Reads the token. Its text goes into one request header and nowhere else. */
  String token() {
    String text;
    try {
      text = Files.readString(tokenFile, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.NOT_AUTHORISED,
          "no token: cannot read "
              + tokenFile
              + "; name the file with --token-file, TURNOUT_TOKEN_FILE or a profile");
    }
    String token = text.strip();
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new CommandFailure(ExitCode.NOT_AUTHORISED, "there is no token in " + tokenFile);
    }
    return token;
  }
}
