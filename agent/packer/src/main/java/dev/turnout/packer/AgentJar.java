package dev.turnout.packer;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * The agent jar in the making.
 *
 * <p>The bootstrap classes stand at the root, where the JVM puts them on the application's class
 * path. All else is in a jar within, so that no class loader but the agent's own finds it: an
 * application with another version of the same library never meets the agent's. That jar is not
 * compressed as a whole and has an index, by which the agent finds in it what it needs; see {@code
 * dev.turnout.bootstrap.AgentArchive} for its form.
 */
final class AgentJar {
  private static final String INNER = "inst/";
  private static final String CLASS = ".class";
  private static final String INNER_JAR = "inst.jar";
  private static final String INDEX = "inst.index";
  private static final String OWN = "dev/turnout/agent/";
  private static final String SERVICES = "META-INF/services/";
  private static final String VERSIONS = "META-INF/versions/";

  /** The agent has to run on this version of Java, so it cannot use parts for newer ones. */
  private static final int NEWEST_JAVA = 17;

  /** JVMs heed no part for a version older than the one that brought multi-release jars. */
  private static final int OLDEST_JAVA = 9;

  /** What has no meaning, or a wrong one, once it is out of its own jar. */
  private static final Pattern DROPPED =
      Pattern.compile(
          "(.*/)?module-info\\.class"
              + "|META-INF/MANIFEST\\.MF|META-INF/INDEX\\.LIST"
              + "|META-INF/[^/]*\\.(SF|DSA|RSA|EC|kotlin_module)|META-INF/SIG-[^/]*"
              + "|META-INF/(maven|proguard|native-image|com\\.android\\.tools)/.*|OSGI-INF/.*");

  private static final Pattern LICENSE =
      Pattern.compile(
          "(META-INF/)?(LICEN[CS]E|NOTICE|COPYING|AL2|LGPL2|DEPENDENCIES|THIRD[-_]PARTY)[^/]*"
              + "|META-INF/[^/]*-LICEN[CS]E[^/]*"
              + "|META-INF/(licen[cs]es?|notices?)/.*",
          Pattern.CASE_INSENSITIVE);

  /**
   * What applications wait for when they start is not compressed: that is a tenth of the time, and
   * of the jar.
   */
  private static final Pattern LOADED_AT_START =
      Pattern.compile("(dev/turnout|net/bytebuddy/jar/asm)/|" + INNER_JAR + "|" + INDEX);

  private static final Pattern VERSION_IN_FILE_NAME = Pattern.compile("-\\d.*$|\\.jar$");

  /** Sorted, so that the same parts always make the same jar. */
  private final SortedMap<String, byte[]> entries = new TreeMap<>();

  private final Map<String, Set<String>> services = new TreeMap<>();
  private final Relocation relocation = new Relocation();
  private final Pattern unused;

  /**
   * Creates an empty jar.
   *
   * @param unused names of libraries' files that the agent can do without: the fewer there are, the
   *     faster a JVM opens the jar
   */
  AgentJar(Pattern unused) {
    this.unused = unused;
  }

  /** Adds classes that the application sees. */
  void addBootstrap(Path jarOrFolder) throws IOException {
    for (Map.Entry<String, byte[]> file : read(jarOrFolder).entrySet()) {
      if (!file.getKey().startsWith("META-INF/")) {
        put(file.getKey(), file.getValue(), jarOrFolder);
      }
    }
  }

  /** Adds classes and resources that only the agent sees. */
  void addLibrary(Path jarOrFolder) throws IOException {
    String artifact = VERSION_IN_FILE_NAME.matcher(fileName(jarOrFolder)).replaceFirst("");
    for (Map.Entry<String, byte[]> file : flatten(read(jarOrFolder)).entrySet()) {
      String name = file.getKey();
      if (DROPPED.matcher(name).matches() || unused.matcher(name).matches()) {
        continue;
      }
      if (name.endsWith(CLASS)) {
        byte[] bytes = file.getValue();
        put(INNER + name, name.startsWith(OWN) ? bytes : relocation.relocate(bytes), jarOrFolder);
      } else if (LICENSE.matcher(name).matches()) {
        String rest = name.startsWith("META-INF/") ? name.substring("META-INF/".length()) : name;
        put("META-INF/licenses/" + artifact + "/" + rest, file.getValue(), jarOrFolder);
      } else if (name.startsWith(SERVICES)) {
        services
            .computeIfAbsent(name, key -> new LinkedHashSet<>())
            .addAll(providers(file.getValue()));
      } else {
        put(INNER + name, file.getValue(), jarOrFolder);
      }
    }
  }

  /** Adds this project's own licence. */
  void addLicense(Path file) throws IOException {
    put("META-INF/LICENSE", Files.readAllBytes(file), file);
  }

  /** Takes out what nobody calls of the largest classes, once all libraries are there. */
  void prune() {
    Facades facades = new Facades();
    for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
      String name = entry.getKey();
      if (name.startsWith(INNER) && name.endsWith(CLASS)) {
        facades.add(
            name.substring(INNER.length(), name.length() - CLASS.length()), entry.getValue());
      }
    }
    facades.pruned().forEach((name, bytes) -> entries.put(INNER + name + CLASS, bytes));
  }

  /** What libraries use of {@code java.util.logging} that the stand-in does not have. */
  List<String> missingLoggingMembers() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Map.Entry<String, Set<String>> use : relocation.used().entrySet()) {
      String className = use.getKey();
      Set<String> present = members(className);
      if (present == null) {
        missing.add(className);
      }
      for (String member : use.getValue()) {
        if (present == null || !present.contains(member)) {
          missing.add(className + "." + member);
        }
      }
    }
    return missing;
  }

  /** Makes classes of the lambdas in everything that only the agent sees. */
  void unfoldLambdas() {
    Map<String, byte[]> classes = new TreeMap<>();
    entries.forEach(
        (name, bytes) -> {
          if (name.startsWith(INNER) && name.endsWith(CLASS)) {
            classes.put(name.substring(INNER.length(), name.length() - CLASS.length()), bytes);
          }
        });
    LambdaClasses.unfold(classes)
        .forEach((name, bytes) -> entries.put(INNER + name + CLASS, bytes));
  }

  /** Leaves out of the classes that only the agent sees what no running program reads. */
  void slim() {
    entries.replaceAll(
        (name, bytes) ->
            name.startsWith(INNER) && name.endsWith(CLASS) ? SlimClasses.slim(bytes) : bytes);
  }

  void write(Path jar, String title, String version, Instant time) throws IOException {
    for (Map.Entry<String, Set<String>> service : services.entrySet()) {
      String text = String.join("\n", service.getValue()) + "\n";
      entries.put(INNER + service.getKey(), text.getBytes(StandardCharsets.UTF_8));
    }
    // Zip entries have a local time without a zone: UTC everywhere gives the same bytes everywhere.
    LocalDateTime local = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    Index index = new Index();
    byte[] inner = inner(index, local);
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      // Readers of jars as a stream expect the manifest first.
      var unused = write(out, "META-INF/MANIFEST.MF", manifest(title, version), local);
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        if (!entry.getKey().startsWith(INNER)) {
          unused = write(out, entry.getKey(), entry.getValue(), local);
        }
      }
      unused = write(out, INDEX, index.bytes(version), local);
      unused = write(out, INNER_JAR, inner, local);
    }
  }

  private byte[] inner(Index index, LocalDateTime time) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        if (entry.getKey().startsWith(INNER)) {
          String name = entry.getKey().substring(INNER.length());
          int start = bytes.size();
          ZipEntry written = write(out, name, entry.getValue(), time);
          index.add(name, start, (int) written.getCompressedSize(), entry.getValue().length);
        }
      }
    }
    return bytes.toByteArray();
  }

  private static ZipEntry write(ZipOutputStream out, String name, byte[] bytes, LocalDateTime time)
      throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(time);
    if (LOADED_AT_START.matcher(name).lookingAt()) {
      CRC32 checksum = new CRC32();
      checksum.update(bytes);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(bytes.length);
      entry.setCrc(checksum.getValue());
    }
    out.putNextEntry(entry);
    out.write(bytes);
    out.closeEntry();
    return entry;
  }

  private static byte[] manifest(String title, String version) throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.IMPLEMENTATION_TITLE, title);
    attributes.put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    attributes.putValue("Premain-Class", "dev.turnout.bootstrap.TurnoutAgent");
    attributes.putValue("Agent-Class", "dev.turnout.bootstrap.TurnoutAgent");
    attributes.putValue("Can-Redefine-Classes", "true");
    attributes.putValue("Can-Retransform-Classes", "true");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    manifest.write(bytes);
    return bytes.toByteArray();
  }

  private void put(String name, byte[] bytes, Path origin) {
    byte[] before = entries.putIfAbsent(name, bytes);
    if (before != null && !Arrays.equals(before, bytes)) {
      throw new IllegalStateException(
          name + " of " + origin + " differs from an earlier file of that name");
    }
  }

  /** Lays the parts for newer Java versions over the base, as a JVM of that version would. */
  private static SortedMap<String, byte[]> flatten(SortedMap<String, byte[]> files)
      throws IOException {
    byte[] manifest = files.get("META-INF/MANIFEST.MF");
    boolean multiRelease =
        manifest != null
            && Boolean.parseBoolean(
                new Manifest(new ByteArrayInputStream(manifest))
                    .getMainAttributes()
                    .getValue("Multi-Release"));
    SortedMap<String, byte[]> flat = new TreeMap<>();
    SortedMap<Integer, SortedMap<String, byte[]>> byVersion = new TreeMap<>();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      String name = file.getKey();
      if (!name.startsWith(VERSIONS)) {
        flat.put(name, file.getValue());
        continue;
      }
      Matcher versioned = Pattern.compile(VERSIONS + "(\\d+)/(.+)").matcher(name);
      if (multiRelease && versioned.matches()) {
        byVersion
            .computeIfAbsent(Integer.valueOf(versioned.group(1)), key -> new TreeMap<>())
            .put(versioned.group(2), file.getValue());
      }
    }
    byVersion.subMap(OLDEST_JAVA, NEWEST_JAVA + 1).values().forEach(flat::putAll);
    return flat;
  }

  private static List<String> providers(byte[] file) {
    List<String> providers = new ArrayList<>();
    for (String line : new String(file, StandardCharsets.UTF_8).lines().toList()) {
      int comment = line.indexOf('#');
      String provider = (comment < 0 ? line : line.substring(0, comment)).trim();
      if (!provider.isEmpty()) {
        providers.add(provider);
      }
    }
    return providers;
  }

  /** The members of a class of the stand-in and of its superclasses; null without such a class. */
  private @Nullable Set<String> members(String className) throws IOException {
    byte[] own = entries.get(INNER + className + CLASS);
    ClassReader reader;
    if (own != null) {
      reader = new ClassReader(own);
    } else if (className.startsWith("java/")) {
      reader = new ClassReader(className);
    } else {
      return null;
    }
    Set<String> members = new HashSet<>();
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public FieldVisitor visitField(
              int access, String name, String type, String signature, Object value) {
            members.add(name + ":" + type);
            return super.visitField(access, name, type, signature, value);
          }

          @Override
          public MethodVisitor visitMethod(
              int access, String name, String type, String signature, String[] exceptions) {
            members.add(name + type);
            return super.visitMethod(access, name, type, signature, exceptions);
          }
        },
        ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG);
    if (reader.getSuperName() != null) {
      Set<String> inherited = members(reader.getSuperName());
      if (inherited != null) {
        members.addAll(inherited);
      }
    }
    return members;
  }

  private static String fileName(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }

  private static SortedMap<String, byte[]> read(Path jarOrFolder) throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    if (Files.isDirectory(jarOrFolder)) {
      try (Stream<Path> paths = Files.walk(jarOrFolder)) {
        for (Path path : paths.filter(Files::isRegularFile).toList()) {
          String name = jarOrFolder.relativize(path).toString().replace('\\', '/');
          files.put(name, Files.readAllBytes(path));
        }
      }
    } else if (fileName(jarOrFolder).toLowerCase(Locale.ROOT).endsWith(".jar")) {
      try (ZipFile zip = new ZipFile(jarOrFolder.toFile())) {
        for (ZipEntry entry : zip.stream().filter(entry -> !entry.isDirectory()).toList()) {
          try (InputStream in = zip.getInputStream(entry)) {
            files.put(entry.getName(), in.readAllBytes());
          }
        }
      }
    } else {
      throw new IllegalArgumentException("neither a jar nor a folder: " + jarOrFolder);
    }
    return files;
  }
}
