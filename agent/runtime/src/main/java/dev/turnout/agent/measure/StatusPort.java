package dev.turnout.agent.measure;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Answers a handful of GET requests, one at a time.
 *
 * <p>Not the JDK's HTTP server: that asks for a {@code System.Logger} when it starts and so fixes
 * the JVM's log manager before an application that brings its own had the chance to.
 */
public final class StatusPort implements AutoCloseable {
  private static final int READ_TIMEOUT_MILLIS = 2_000;
  private static final int MAX_HEADER_LINES = 100;

  private final ServerSocket socket;
  private final Map<String, Supplier<byte[]>> pages;
  private final String host;

  private StatusPort(String host, ServerSocket socket, Map<String, Supplier<byte[]>> pages) {
    this.host = host;
    this.socket = socket;
    this.pages = pages;
  }

  /**
   * Opens the port.
   *
   * @param port 0 for any free one
   * @param pages what to answer, by path
   * @throws IllegalStateException if the port cannot be opened
   */
  public static StatusPort open(String host, int port, Map<String, Supplier<byte[]>> pages) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.bind(new InetSocketAddress(host, port));
      StatusPort opened = new StatusPort(host, socket, pages);
      Thread thread = new Thread(null, opened::serve, "turnout-status", 0, false);
      thread.setDaemon(true);
      thread.setContextClassLoader(StatusPort.class.getClassLoader());
      thread.start();
      return opened;
    } catch (IOException e) {
      throw new IllegalStateException(
          "metrics-port " + host + ":" + port + ": " + e.getMessage(), e);
    }
  }

  /** Where it listens. */
  public String url() {
    return "http://" + host + ":" + socket.getLocalPort();
  }

  private void serve() {
    while (!socket.isClosed()) {
      try (Socket connection = socket.accept()) {
        connection.setSoTimeout(READ_TIMEOUT_MILLIS);
        answer(connection);
      } catch (IOException | RuntimeException e) {
        // A client that went away or sent nonsense: the next one is waiting.
        continue;
      }
    }
  }

  private void answer(Socket connection) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(connection.getInputStream(), ISO_8859_1));
    String request = in.readLine();
    String line = request;
    for (int i = 0; line != null && !line.isEmpty() && i < MAX_HEADER_LINES; i++) {
      line = in.readLine();
    }
    String[] words = request == null ? new String[0] : request.split(" ", -1);
    boolean get = words.length >= 2 && words[0].equals("GET");
    Supplier<byte[]> page = get ? pages.get(words[1].split("\\?", -1)[0]) : null;
    if (page == null) {
      String known = "try " + pages.keySet() + "\n";
      write(connection, get ? "404 Not Found" : "405 Method Not Allowed", "text/plain", known);
    } else {
      byte[] body = page.get();
      boolean json = words[1].contains(".json");
      write(
          connection,
          "200 OK",
          json ? "application/json" : "text/plain; version=0.0.4; charset=utf-8",
          body);
    }
  }

  private static void write(Socket connection, String status, String type, String body)
      throws IOException {
    write(connection, status, type, body.getBytes(UTF_8));
  }

  private static void write(Socket connection, String status, String type, byte[] body)
      throws IOException {
    OutputStream out = connection.getOutputStream();
    String head =
        "HTTP/1.1 "
            + status
            + "\r\nContent-Type: "
            + type
            + "\r\nContent-Length: "
            + body.length
            + "\r\nConnection: close\r\n\r\n";
    out.write(head.getBytes(ISO_8859_1));
    out.write(body);
    out.flush();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing is left to be done with a port that does not close.
      return;
    }
  }
}
