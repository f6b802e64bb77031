package dev.turnout.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The control servers that a person has named, in {@code profiles.properties}: {@code NAME.url} and
 * {@code NAME.token-file}, the latter relative to the properties' own directory. {@code
 * NAME.steps}, {@code NAME.hold} and {@code NAME.hold.PERCENT} are the pace of deployments there.
 */
final class Profiles {
  private final Path file;
  private final Properties properties;

  private Profiles(Path file, Properties properties) {
    this.file = file;
    this.properties = properties;
  }

  /** One named server; either part may be missing. */
  record Profile(Optional<String> url, Optional<Path> tokenFile) {}

  static Profiles of(Terminal terminal) {
    String configured = terminal.environment().get("XDG_CONFIG_HOME");
    Path directory =
        configured == null || configured.isBlank()
            ? terminal.home().resolve(".config")
            : Path.of(configured);
    Path file = directory.resolve("turnout").resolve("profiles.properties");
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      // Most people have one server and no profiles.
      return new Profiles(file, new Properties());
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage());
    }
    return new Profiles(file, properties);
  }

  /** The profile that counts when nothing else was said. */
  Optional<Profile> standard() {
    return find("default");
  }

  Profile named(String name) {
    return find(name)
        .orElseThrow(
            () -> new CommandFailure(ExitCode.USAGE, "no profile '" + name + "' in " + file));
  }

  /** A setting of a profile, {@code NAME.key}. */
  Optional<String> setting(String name, String key) {
    return value(name + "." + key);
  }

  /** The settings of a profile whose keys begin so, by the rest of their keys. */
  Map<String, String> settings(String name, String prefix) {
    String start = name + "." + prefix;
    Map<String, String> found = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      if (key.startsWith(start)) {
        value(key).ifPresent(text -> found.put(key.substring(start.length()), text));
      }
    }
    return found;
  }

  private Optional<Profile> find(String name) {
    Optional<String> url = value(name + ".url");
    Optional<String> tokenFile = value(name + ".token-file");
    return url.isEmpty() && tokenFile.isEmpty()
        ? Optional.empty()
        : Optional.of(new Profile(url, tokenFile.map(file::resolveSibling)));
  }

  private Optional<String> value(String key) {
    return Optional.ofNullable(properties.getProperty(key))
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }
}
