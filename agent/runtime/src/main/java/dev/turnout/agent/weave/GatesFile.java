package dev.turnout.agent.weave;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.flags.FlagName;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads a gates file, in YAML:
 *
 * <pre>
 * gates:
 *   - method: com.acme.Game#play(java.lang.String,int)
 *     flag: use_new_play
 *     fallback: playOld
 *     variants: {bold: playBold}
 *     key: 0.customer.id
 * observe:
 *   - methods: com.acme.store.*#*
 *     name: store
 *     except: ["*#toString"]
 * most_observed: 1000
 * </pre>
 *
 * <p>Read in premain, so by {@code java.io} only.
 */
public final class GatesFile {
  private static final int MAX_BYTES = 1 << 20;
  private static final String RIGHT_NAME =
      "must be 1 to 128 characters out of a-z A-Z 0-9 . _ - and not dots alone";
  private static final Pattern ATTRIBUTE = Pattern.compile("[a-zA-Z0-9._-]{1,128}");

  // Names as the language has them, in any alphabet; Kotlin puts a dash into some of its own.
  private static final String NAMES = "\\p{javaJavaIdentifierPart}";
  private static final String PROPERTY = "\\p{javaJavaIdentifierStart}" + NAMES + "*";

  // A constructor is refused when its class comes, as what else cannot be gated is: that costs one
  // gate, whereas a wrong file costs all of its gates.
  private static final Pattern METHOD =
      Pattern.compile(
          "(["
              + NAMES
              + ".-]+)#(["
              + NAMES
              + "-]+|<init>|<clinit>)(?:\\((["
              + NAMES
              + "., \\[\\]-]*)\\))?");
  private static final Pattern METHODS =
      Pattern.compile("([" + NAMES + ".*-]+)#([" + NAMES + "*-]+)");

  // What starts like an index is meant to be one, and never a context attribute.
  private static final Pattern INDEXED = Pattern.compile("-?[0-9]+(?:[.].*)?", Pattern.DOTALL);
  private static final Pattern KEY =
      Pattern.compile("([0-9]{1,3})(?:[.](" + PROPERTY + "(?:[.]" + PROPERTY + ")*))?");
  private static final int LAST_PARAMETER = 254;

  private final String file;

  private GatesFile(String file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException naming the file, line and column and what would be right
   */
  public static GateRules read(File file) {
    // A pipe nobody writes to would keep the application from starting.
    if (file.exists() && !file.isFile()) {
      throw new IllegalArgumentException(file + ": the gates file must be a regular file");
    }
    byte[] content;
    try (InputStream in = new FileInputStream(file)) {
      content = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new IllegalArgumentException("the gates file cannot be read: " + e.getMessage(), e);
    }
    if (content.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          file + ": larger than the " + MAX_BYTES + " bytes allowed");
    }
    return parse(file.getPath(), new String(content, UTF_8));
  }

  static GateRules parse(String file, String text) {
    return new GatesFile(file).rules(text);
  }

  private GateRules rules(String text) {
    Optional<Node> root;
    try {
      root = new Compose(LoadSettings.builder().build()).composeString(text);
    } catch (MarkedYamlEngineException e) {
      throw new IllegalArgumentException(
          where(e.getProblemMark()) + String.valueOf(e.getProblem()), e);
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
    if (root.isEmpty()) {
      return GateRules.NONE;
    }
    Fields top = new Fields(root.get(), Set.of("gates", "observe", "most_observed"));
    List<GateRule> routed = new ArrayList<>();
    Set<String> flags = new HashSet<>();
    Set<String> methods = new HashSet<>();
    for (Node node : top.list("gates")) {
      Fields fields =
          new Fields(
              node, Set.of("method", "flag", "fallback", "variants", "key", "on_error", "ignore"));
      GateRule rule = routed(fields);
      if (!methods.add(rule.className() + '#' + rule.method() + rule.parameters())) {
        throw wrong(fields.node("method"), "method is named twice");
      }
      routed.add(rule);
      flags.add(rule.flag());
    }
    List<ObserveRule> observed = new ArrayList<>();
    for (Node node : top.list("observe")) {
      Fields fields = new Fields(node, Set.of("methods", "name", "except"));
      ObserveRule rule = observed(fields);
      if (flags.contains(rule.name())) {
        throw wrong(
            fields.node("name"),
            "name must not be a flag's: the calls of " + rule.name() + " are counted by it");
      }
      observed.add(rule);
    }
    String most = top.text("most_observed", "" + GateRules.MOST_OBSERVED);
    if (!most.matches("[0-9]{1,6}")) {
      throw wrong(top.node("most_observed"), "most_observed must be a number from 0 to 999999");
    }
    return new GateRules(routed, observed, Integer.parseInt(most));
  }

  private GateRule routed(Fields fields) {
    Node at = fields.node("method");
    Matcher method = METHOD.matcher(fields.text("method", null));
    if (!method.matches()) {
      throw wrong(at, "method must be written class#method or class#method(type,type)");
    }
    if (method.group(1).startsWith("java.") || method.group(1).startsWith("jdk.")) {
      throw wrong(at, "classes of the JDK cannot be gated");
    }
    String flag = fields.text("flag", null);
    if (!FlagName.isValid(flag)) {
      throw wrong(fields.node("flag"), "flag " + RIGHT_NAME);
    }
    String fallback = fields.text("fallback", "");
    String key = fields.text("key", "");
    boolean parameter = INDEXED.matcher(key).matches();
    Matcher keyParts = KEY.matcher(key);
    boolean right =
        parameter
            ? keyParts.matches() && Integer.parseInt(keyParts.group(1)) <= LAST_PARAMETER
            : key.isEmpty() || ATTRIBUTE.matcher(key).matches();
    if (!right) {
      throw wrong(
          fields.node("key"),
          "key must be a parameter's index from 0 to "
              + LAST_PARAMETER
              + ", with a path of properties if need be such as 0.customer.id, or a context"
              + " attribute");
    }
    String onError = fields.text("on_error", "rethrow");
    if (!onError.equals("rethrow") && !onError.equals("fallback")) {
      throw wrong(fields.node("on_error"), "on_error must be rethrow or fallback");
    }
    String path = parameter ? keyParts.group(2) : null;
    return new GateRule(
        where(at.getStartMark()),
        method.group(1),
        method.group(2),
        parameters(method.group(3)),
        flag,
        fallback,
        variants(fields),
        parameter ? Integer.parseInt(keyParts.group(1)) : -1,
        path == null ? "" : path,
        parameter ? "" : key,
        onError.equals("fallback"),
        fields.texts("ignore"));
  }

  private Map<String, String> variants(Fields fields) {
    Map<String, String> variants = new LinkedHashMap<>();
    Node given = fields.find("variants");
    if (given instanceof MappingNode mapping) {
      for (NodeTuple entry : mapping.getValue()) {
        String name = text(entry.getKeyNode(), "a variant");
        if (!FlagName.isValid(name)) {
          throw wrong(entry.getKeyNode(), "a variant " + RIGHT_NAME);
        }
        if (variants.put(name, text(entry.getValueNode(), "a variant's method")) != null) {
          throw wrong(entry.getKeyNode(), "variant " + name + " is given twice");
        }
      }
    } else if (given != null) {
      throw wrong(given, "variants must be a mapping of each variant's name to its method");
    }
    return variants;
  }

  private static @Nullable List<String> parameters(@Nullable String text) {
    if (text == null) {
      return null;
    }
    // As Java writes them, the last may be any number of its type.
    String types = text.replace(" ", "").replaceAll("[.][.][.]$", "[]");
    return types.isEmpty() ? List.of() : List.of(types.split(",", -1));
  }

  private ObserveRule observed(Fields fields) {
    String name = fields.text("name", null);
    if (!FlagName.isValid(name)) {
      throw wrong(fields.node("name"), "name " + RIGHT_NAME);
    }
    List<ObserveRule.MethodPattern> except = new ArrayList<>();
    for (Node node : fields.list("except")) {
      except.add(pattern(node, text(node, "except")));
    }
    String methods = fields.text("methods", null);
    Node at = fields.node("methods");
    return new ObserveRule(where(at.getStartMark()), name, pattern(at, methods), except);
  }

  private ObserveRule.MethodPattern pattern(Node at, String text) {
    Matcher parts = METHODS.matcher(text);
    if (!parts.matches()) {
      throw wrong(at, "methods must be written class#method, with * for any characters");
    }
    return ObserveRule.MethodPattern.of(parts.group(1), parts.group(2));
  }

  private String text(Node node, String name) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw wrong(node, name + " must be a text");
  }

  private IllegalArgumentException wrong(Node at, String what) {
    return new IllegalArgumentException(where(at.getStartMark()) + what);
  }

  private String where(Optional<Mark> mark) {
    if (mark.isEmpty()) {
      return file + ": ";
    }
    // Not formatted: in premain that would load a formatter, locales and the default file system.
    Mark place = mark.get();
    return file + ": line " + (place.getLine() + 1) + ", column " + (place.getColumn() + 1) + ": ";
  }

  /** The entries of one mapping, of which only some may be there. */
  private final class Fields {
    private final MappingNode mapping;

    Fields(Node node, Set<String> known) {
      if (!(node instanceof MappingNode given)) {
        throw wrong(node, "must be a mapping of some of " + new TreeSet<>(known));
      }
      mapping = given;
      Set<String> seen = new HashSet<>();
      for (NodeTuple entry : mapping.getValue()) {
        String key = text(entry.getKeyNode(), "a key");
        if (!known.contains(key)) {
          throw wrong(
              entry.getKeyNode(), "there is no \"" + key + "\"; there are " + new TreeSet<>(known));
        }
        if (!seen.add(key)) {
          throw wrong(entry.getKeyNode(), key + " is given twice");
        }
      }
    }

    private @Nullable Node find(String name) {
      for (NodeTuple entry : mapping.getValue()) {
        if (text(entry.getKeyNode(), "a key").equals(name)) {
          return entry.getValueNode();
        }
      }
      return null;
    }

    Node node(String name) {
      Node found = find(name);
      return found == null ? mapping : found;
    }

    String text(String name, @Nullable String otherwise) {
      Node found = find(name);
      if (found != null) {
        return GatesFile.this.text(found, name);
      }
      if (otherwise == null) {
        throw wrong(mapping, name + " is missing");
      }
      return otherwise;
    }

    private String text(Node node, String name) {
      return GatesFile.this.text(node, name);
    }

    List<String> texts(String name) {
      List<String> texts = new ArrayList<>();
      for (Node node : list(name)) {
        texts.add(text(node, name));
      }
      return texts;
    }

    List<Node> list(String name) {
      Node found = find(name);
      if (found == null) {
        return List.of();
      }
      if (found instanceof SequenceNode sequence) {
        return sequence.getValue();
      }
      throw wrong(found, name + " must be a list");
    }
  }
}
