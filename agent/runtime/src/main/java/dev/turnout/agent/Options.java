package dev.turnout.agent;

import dev.turnout.agent.measure.Measure;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The agent's options and where each came from: agent arguments ({@code key=value,key=value}),
 * system properties ({@code turnout.key}), the environment ({@code TURNOUT_KEY}, dashes as
 * underscores) and the properties file that the option {@code config} names, in this order.
 * Immutable.
 *
 * <p>Read in premain: {@code java.io} only.
 */
public final class Options {
  private static final String TOKEN = "token";
  private static final String FILE = "properties file";

  /** Every option, with its default; an empty default means that there is none. */
  private static final String[][] KNOWN = {
    {"enabled", "true"},
    {"server", ""},
    {"token-file", ""},
    {TOKEN, ""},
    {"environment", ""},
    {"public-keys", ""},
    {"ca-file", ""},
    {"client-cert", ""},
    {"client-key", ""},
    {"service", "default"},
    {"instance", ""},
    {"region", ""},
    {"labels", ""},
    {"state-directory", ""},
    {"flags-file", ""},
    {"gates-file", ""},
    {"measure", "sampled"},
    {"metrics-port", ""},
    {"metrics-host", "127.0.0.1"},
    {"force", "false"},
    {"config", ""},
  };

  private static final int LONGEST_NAME = 128;

  // So many letters added, left out or mistaken.
  static final int NEAR = 2;

  private final Map<String, Option> values = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private Overrides overrides = Overrides.NONE;

  /**
   * One option.
   *
   * @param value its value; empty for none
   * @param origin where it came from
   */
  public record Option(String value, String origin) {}

  private Options() {}

  /**
   * Reads the options.
   *
   * @throws IllegalArgumentException naming the option and what would be right
   */
  static Options read(
      @Nullable String arguments, Properties system, Map<String, String> environment) {
    Map<String, String> given = parseArguments(arguments);
    Options options = new Options();
    Properties file = new Properties();
    Option config = options.find("config", given, system, environment, file);
    if (config != null) {
      file = load(config.value());
    }
    for (String[] known : KNOWN) {
      Option found = options.find(known[0], given, system, environment, file);
      options.values.put(known[0], found != null ? found : new Option(known[1], "default"));
    }
    for (String name : given.keySet()) {
      options.checkKnown(name, "agent argument");
    }
    for (String name : file.stringPropertyNames()) {
      options.checkKnown(unprefixed(name), config == null ? "" : config.value());
    }
    options.checkSpelling(system, environment);
    options.overrides = Overrides.read(system, environment);
    options.problems.addAll(options.overrides.problems());
    options.check();
    return options;
  }

  private static Map<String, String> parseArguments(@Nullable String arguments) {
    Map<String, String> given = new LinkedHashMap<>();
    if (arguments == null || arguments.isBlank()) {
      return given;
    }
    String last = "";
    for (String argument : arguments.split(",", -1)) {
      int equals = argument.indexOf('=');
      if (equals > 0) {
        last = argument.substring(0, equals).trim();
        given.put(last, argument.substring(equals + 1).trim());
      } else if (last.equals("labels") && argument.contains(":")) {
        // labels=a:1,b:2 keeps its commas.
        given.merge(last, argument.trim(), (all, more) -> all + "," + more);
      } else {
        throw new IllegalArgumentException(
            "agent argument \"" + argument + "\" must be written key=value");
      }
    }
    return given;
  }

  private static Properties load(String path) {
    Properties properties = new Properties();
    File file = new File(path);
    // A pipe nobody writes to would keep the application from starting.
    if (file.exists() && !file.isFile()) {
      throw new IllegalArgumentException("config must name a regular file, not " + path);
    }
    try (InputStream in = new FileInputStream(file)) {
      properties.load(in);
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "config: the properties file cannot be read: " + e.getMessage(), e);
    }
    return properties;
  }

  private @Nullable Option find(
      String name,
      Map<String, String> given,
      Properties system,
      Map<String, String> environment,
      Properties file) {
    String argument = given.get(name);
    if (argument != null) {
      return new Option(argument, "agent argument");
    }
    String property = system.getProperty("turnout." + name);
    if (property != null) {
      return new Option(property, "-Dturnout." + name);
    }
    String variable = "TURNOUT_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
    String value = environment.get(variable);
    if (value != null && !ServiceLinks.isAddress(value)) {
      return new Option(value, variable);
    }
    String line = file.getProperty("turnout." + name, file.getProperty(name));
    return line == null ? null : new Option(line.trim(), FILE);
  }

  private static String unprefixed(String name) {
    return name.startsWith("turnout.") ? name.substring("turnout.".length()) : name;
  }

  private void checkKnown(String name, String origin) {
    if (!values.containsKey(name)) {
      throw new IllegalArgumentException(
          origin + ": there is no option \"" + name + "\"; there are " + values.keySet());
    }
  }

  /**
   * Refuses system properties and variables that are but for their dashes an option, and tells of
   * those that are nearly one. Others with the prefix may be somebody else's.
   */
  private void checkSpelling(Properties system, Map<String, String> environment) {
    Map<String, String> pins = MisspeltPins.find(system, environment, this);
    problems.addAll(pins.values());
    for (String name : system.stringPropertyNames()) {
      if (name.startsWith("turnout.") && !name.startsWith(Overrides.PROPERTY)) {
        checkSpelling(name.substring("turnout.".length()), "-D" + name, pins.keySet());
      }
    }
    for (String name : environment.keySet()) {
      if (name.startsWith("TURNOUT_") && !name.startsWith(Overrides.VARIABLE)) {
        String own = name.substring("TURNOUT_".length()).toLowerCase(Locale.ROOT);
        if (!values.containsKey(own.replace('_', '-'))) {
          checkSpelling(own, name, pins.keySet());
        }
      }
    }
  }

  private void checkSpelling(String name, String origin, Set<String> told) {
    if (values.containsKey(name) || told.contains(origin)) {
      return;
    }
    String letters = letters(name);
    for (String known : values.keySet()) {
      int distance = distance(letters, letters(known));
      String problem = origin + ": there is no such option; did you mean \"" + known + "\"?";
      if (distance == 0) {
        throw new IllegalArgumentException(problem);
      }
      // Of a short name every other is a neighbour.
      if (distance <= NEAR && letters.length() > 2 * NEAR) {
        problems.add(problem);
      }
    }
  }

  /** How many letters it is from a name to the nearest option's; 0 for the same letters. */
  int distanceToNearest(String name) {
    String letters = letters(name);
    int nearest = Integer.MAX_VALUE;
    for (String known : values.keySet()) {
      nearest = Math.min(nearest, distance(letters, letters(known)));
    }
    return nearest;
  }

  // Levenshtein's, row by row.
  static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int above = row[j];
        if (i == 0) {
          row[j] = j;
        } else {
          int mistaken = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
          row[j] = Math.min(diagonal + mistaken, Math.min(above, row[j - 1]) + 1);
        }
        diagonal = above;
      }
    }
    return row[to.length()];
  }

  private static String letters(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
  }

  private void check() {
    for (String name : new String[] {"enabled", "force"}) {
      String value = get(name);
      if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
        throw wrong(name, "must be true or false");
      }
    }
    String server = get("server");
    if (!server.isEmpty()) {
      checkServer(server);
      if (get("token-file").isEmpty() && get(TOKEN).isEmpty()) {
        throw new IllegalArgumentException("token-file must be given where server is");
      }
    }
    checkToken();
    if (get("client-cert").isEmpty() != get("client-key").isEmpty()) {
      throw new IllegalArgumentException("client-cert and client-key must be given together");
    }
    checkMeasure();
    checkPort();
    for (String name : new String[] {"service", "instance", "region", "environment"}) {
      String value = get(name);
      boolean missing = value.isEmpty() && name.equals("service");
      if (missing || (!value.isEmpty() && !isName(value))) {
        throw wrong(
            name, "must be 1 to 128 characters out of a-z A-Z 0-9 . _ - and not dots alone");
      }
    }
    String labels = get("labels");
    if (!labels.isEmpty() && !labels.matches(Labels.WRITTEN)) {
      throw wrong("labels", "must be written name:value,name:value");
    }
    String tooMany = Labels.tooMany(labels);
    if (tooMany != null) {
      problems.add(tooMany + " (" + option("labels").origin() + ")");
    }
  }

  // There are four places where it may have been written.
  private IllegalArgumentException wrong(String name, String right) {
    return new IllegalArgumentException(sentence(name, right));
  }

  private String sentence(String name, String right) {
    Option option = option(name);
    return "%s %s, not \"%s\" (%s)".formatted(name, right, option.value(), option.origin());
  }

  private void checkMeasure() {
    try {
      Measure unused = Measure.of(get("measure"));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          e.getMessage() + " (" + option("measure").origin() + ")", e);
    }
  }

  // A wrong port costs the port. Ungated, the killed flags would be on.
  private void checkPort() {
    String port = get("metrics-port");
    if (!port.isEmpty() && !(port.matches("[0-9]{1,5}") && Integer.parseInt(port) <= 65535)) {
      problems.add(
          sentence("metrics-port", "must be a port from 0 to 65535")
              + "; the agent goes on without the port");
      values.put("metrics-port", new Option("", option("metrics-port").origin()));
    }
  }

  // Every start checks four: by hand, for the first regular expression takes a JVM longer.
  private static boolean isName(String value) {
    boolean onlyDots = true;
    for (int i = 0; i < value.length(); i++) {
      char each = value.charAt(i);
      if (each > 'z' || (!Character.isLetterOrDigit(each) && "._-".indexOf(each) < 0)) {
        return false;
      }
      onlyDots &= each == '.';
    }
    return !onlyDots && value.length() <= LONGEST_NAME;
  }

  // Arguments, properties and variables are there for every user of the machine, or every child
  // process, to see.
  private void checkToken() {
    Option token = values.get(TOKEN);
    if (token != null && !token.value().isEmpty() && !token.origin().equals(FILE)) {
      throw new IllegalArgumentException(
          "token must stand in the file that config names, and not be given by "
              + token.origin()
              + "; token-file names a file of its own");
    }
  }

  private void checkServer(String server) {
    URI url;
    try {
      url = new URI(server);
    } catch (URISyntaxException e) {
      throw wrong("server", "must be a URL");
    }
    String scheme = String.valueOf(url.getScheme());
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw wrong("server", "must be an http or https URL");
    }
    if (url.getHost() == null || url.getPort() > 65535 || url.getPort() == 0) {
      throw wrong(
          "server",
          "must name a host, of letters, digits, dots and dashes, and a port from 1 to 65535 if"
              + " any");
    }
  }

  /** The value of an option; empty for none. */
  public String get(String name) {
    return option(name).value();
  }

  private Option option(String name) {
    Option option = values.get(name);
    if (option == null) {
      throw new IllegalArgumentException(name);
    }
    return option;
  }

  /** Every option, in a fixed order, for people to see: without the token. */
  public Map<String, Option> all() {
    Map<String, Option> all = new LinkedHashMap<>(values);
    all.computeIfPresent(
        TOKEN,
        (name, token) ->
            token.value().isEmpty() ? token : new Option("(not shown)", token.origin()));
    return all;
  }

  /** The labels by name, as many as a server takes. */
  Map<String, String> labels() {
    return Labels.reported(get("labels"));
  }

  /** What of the options was not taken and is not worth refusing the rest, a line each. */
  List<String> problems() {
    return problems;
  }

  /** The flags that are pinned for this JVM. */
  Overrides overrides() {
    return overrides;
  }

  /** Whether anything says that there are flags, so that a flagged class is to be expected. */
  boolean expectFlags() {
    return !get("server").isEmpty() || !get("flags-file").isEmpty() || !get("gates-file").isEmpty();
  }

  /** Where trips and the last good snapshot are kept. */
  public File stateDirectory() {
    String given = get("state-directory");
    return given.isEmpty()
        ? new File(new File(System.getProperty("user.home", "."), ".turnout"), get("service"))
        : new File(given);
  }

  /** The instance's name: what was given, or service, host and process id. */
  public String instance() {
    String given = get("instance");
    return given.isEmpty() ? InstanceName.of(get("service"), LONGEST_NAME) : given;
  }
}
