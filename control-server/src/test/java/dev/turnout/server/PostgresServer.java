package dev.turnout.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnout.server.store.Database;
import dev.turnout.server.store.PostgresUrl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A PostgreSQL server of the tests' own, with the programs that the system has. Those refuse to run
 * as root, so that root runs them as the user that their package makes.
 */
public final class PostgresServer implements AutoCloseable {
  private static final String USER = "turnout";
  private static final String PASSWORD = "not for production";
  private static final String SYSTEM_USER = "postgres";
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

  private static @Nullable PostgresServer shared;

  private final Path programs;
  private final Path folder;
  private final int port;
  private final Thread atExit = new Thread(this::end, "postgres-stop");
  private int databases;
  private @Nullable String template;

  private PostgresServer(Path programs) throws IOException {
    this.programs = programs;
    folder = Files.createTempDirectory("turnout-postgres");
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Runtime.getRuntime().addShutdownHook(atExit);
    Path password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    if (ROOT) {
      giveAway(folder);
      giveAway(password);
    }
    run(
        "initdb",
        "--pgdata=" + folder.resolve("data"),
        "--username=" + USER,
        "--pwfile=" + password,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-sync");
    start();
  }

  /** The one that most tests share; it runs until the JVM ends. Skips the test where it cannot. */
  public static synchronized PostgresServer shared() throws IOException {
    PostgresServer server = shared;
    if (server == null) {
      server = new PostgresServer(programs());
      shared = server;
    }
    return server;
  }

  /** One to be stopped and started at will. Skips the test where it cannot run. */
  public static PostgresServer own() throws IOException {
    return new PostgresServer(programs());
  }

  private static Path programs() throws IOException {
    List<Path> candidates = new ArrayList<>();
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      candidates.add(Path.of(folder));
    }
    Path debian = Path.of("/usr/lib/postgresql");
    if (Files.isDirectory(debian)) {
      try (Stream<Path> versions = Files.list(debian)) {
        versions.map(version -> version.resolve("bin")).sorted().forEach(candidates::add);
      }
    }
    for (Path candidate : candidates) {
      if (Files.isExecutable(candidate.resolve("initdb"))
          && Files.isExecutable(candidate.resolve("pg_ctl"))) {
        return candidate;
      }
    }
    String missing = "PostgreSQL is not installed: no initdb in the PATH or below " + debian;
    if ("true".equals(System.getenv("CI"))) {
      throw new AssertionError(missing);
    }
    Assumptions.abort(missing + "; what is tested with it is left out");
    throw new AssertionError();
  }

  private static void giveAway(Path path) throws IOException {
    UserPrincipal user =
        path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(SYSTEM_USER);
    Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setOwner(user);
  }

  /** Starts it, and returns when it answers. */
  public void start() throws IOException {
    // No fsync: what the system has survives the end of the process, which is all there is here.
    String options =
        "-p "
            + port
            + " -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
            + " -c max_connections=60 -c log_min_messages=fatal";
    run(
        "pg_ctl",
        "start",
        "--wait",
        "--silent",
        "--pgdata=" + folder.resolve("data"),
        "--log=" + folder.resolve("log"),
        "--options=" + options);
  }

  /** Ends it and every connection to it, as on a crash. */
  public void stop() throws IOException {
    run(
        "pg_ctl",
        "stop",
        "--wait",
        "--silent",
        "--mode=immediate",
        "--pgdata=" + folder.resolve("data"));
  }

  /** A new, empty database. */
  public PostgresUrl database() throws IOException {
    return create("");
  }

  /** A new database with nothing in it but the tables of the present schema. */
  synchronized PostgresUrl migrated() throws IOException {
    if (template == null) {
      PostgresUrl url = database();
      Database.open(url).close();
      template = url.url().substring(url.url().lastIndexOf('/') + 1);
    }
    return create(" TEMPLATE " + template);
  }

  private synchronized PostgresUrl create(String how) throws IOException {
    String name = "test" + databases++;
    try (Connection connection = DriverManager.getConnection(url("postgres"), USER, PASSWORD);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name + how);
    } catch (SQLException e) {
      throw new IOException(e);
    }
    return new PostgresUrl(url(name), USER, PASSWORD);
  }

  /** Runs a program such as {@code pg_dump} on a database. */
  void runOn(PostgresUrl database, String program, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    String name = database.url().substring(database.url().lastIndexOf('/') + 1);
    all.add(
        "--dbname=postgresql://"
            + USER
            + ":"
            + PASSWORD.replace(" ", "%20")
            + "@127.0.0.1:"
            + port
            + "/"
            + name);
    run(beside(program), all.toArray(String[]::new));
  }

  // Where initdb may be but a link, the programs are beside what it leads to.
  private Path beside(String program) throws IOException {
    Path real = programs.resolve("initdb").toRealPath().resolveSibling(program);
    if (!Files.isExecutable(real)) {
      Assumptions.abort(program + " is not installed; what is tested with it is left out");
    }
    return real;
  }

  /** A folder that the programs can write to. */
  Path folder() {
    return folder;
  }

  /** Where it listens on the loopback address. */
  public int port() {
    return port;
  }

  private String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  private void run(String program, String... arguments) throws IOException {
    run(programs.resolve(program), arguments);
  }

  private void run(Path program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (ROOT) {
      command.addAll(List.of("runuser", "-u", SYSTEM_USER, "--"));
    }
    command.add(program.toString());
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("turnout-postgres", ".out");
    try {
      // To a file: a server that is left running would keep a pipe open.
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(
            program.getFileName() + " failed: " + Files.readString(output, UTF_8));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      Files.delete(output);
    }
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    end();
  }

  private void end() {
    try {
      if (Files.exists(folder.resolve("data/postmaster.pid"))) {
        stop();
      }
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new AssertionError("PostgreSQL's folder " + folder + " is left", e);
    }
  }
}
