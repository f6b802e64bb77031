package dev.turnout.benchmarks.fleet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * One connection to the control server that people's requests are sent over, one after the other,
 * without a library that would take a part of the processor. Not safe for use by several threads.
 */
final class ApiConnection implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;

  private final String head;
  private final Socket socket;
  private final byte[] buffer = new byte[64 << 10];

  /** Connects; an empty token is not sent. */
  ApiConnection(InetSocketAddress server, String token) throws IOException {
    head =
        " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n");
    socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(server, PATIENCE_MILLIS);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** What was answered. */
  record Answer(int status, String body) {
    /**
     * Returns this.
     *
     * @throws IllegalStateException if it is no success
     */
    Answer orFail() {
      if (status < 200 || status >= 300) {
        throw new IllegalStateException("answered " + status + ": " + body);
      }
      return this;
    }
  }

  Answer send(String method, String path, String body) throws IOException {
    byte[] content = body.getBytes(UTF_8);
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes((method + " " + path + head).getBytes(US_ASCII));
    request.writeBytes(("Content-Length: " + content.length + "\r\n\r\n").getBytes(US_ASCII));
    request.writeBytes(content);
    socket.getOutputStream().write(request.toByteArray());
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    AnswerReader reader =
        new AnswerReader((bytes, from, to) -> answer.write(bytes, from, to - from));
    boolean ended = false;
    while (!ended) {
      int read = socket.getInputStream().read(buffer);
      if (read < 0) {
        throw new IOException("the server hung up");
      }
      ended = reader.feed(buffer, 0, read);
    }
    return new Answer(reader.status(), answer.toString(UTF_8));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
