package dev.turnout.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * A token in a file, alone or as one of its properties, read anew for every request, so that it can
 * be rotated in place.
 */
public final class TokenFile implements Supplier<String> {
  private static final int MAX_BYTES = 1 << 20;

  private final SteadyFile file;
  private final String property;

  /** Creates the supplier; the file need not exist yet. */
  public TokenFile(Path file) {
    this(file, "");
  }

  /**
   * Creates the supplier; the file need not exist yet.
   *
   * @param property under which of the file's properties the token stands, {@code turnout.} before
   *     it or not; empty if the file holds nothing else
   */
  public TokenFile(Path file, String property) {
    this.file = new SteadyFile(file, MAX_BYTES);
    this.property = property;
  }

  /** There is no token in the file. The message says so without a word of what is in it. */
  static final class Unusable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }
  }

  /**
   * Returns the token.
   *
   * @throws RuntimeException naming the file, what is wrong with it and what would be right
   */
  @Override
  public String get() {
    String token = read().strip();
    if (!token.matches("[!-~]+")) {
      throw unusable(token.isEmpty() ? "is empty" : "holds more than one word of ASCII");
    }
    return token;
  }

  private String read() {
    try {
      byte[] content = file.read();
      return property.isEmpty() ? new String(content, UTF_8) : property(content);
    } catch (NoSuchFileException e) {
      throw unusable("does not exist");
    } catch (IOException e) {
      // Only its class: it might quote what was read.
      throw unusable("cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  private String property(byte[] content) throws IOException {
    Properties properties = new Properties();
    try {
      properties.load(new ByteArrayInputStream(content));
    } catch (IllegalArgumentException e) {
      throw unusable("is no properties file");
    }
    return properties.getProperty("turnout." + property, properties.getProperty(property, ""));
  }

  private Unusable unusable(String why) {
    return new Unusable(
        "the token file "
            + file.path()
            + " "
            + why
            + (property.isEmpty()
                ? ": it must hold the token that the control server has for agents, and nothing"
                    + " else;"
                : ": its property " + property + " must be the token for agents;")
            + " it is read again at every attempt");
  }
}
