package dev.turnout.server.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.turnout.server.store.OwnerOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Secrets on disk, for the server's own user only from the first moment on. */
public final class TokenFile {
  private TokenFile() {}

  /** Writes a new file that holds the secret and a line feed, replacing an old one. */
  public static void write(Path file, String secret) throws IOException {
    Files.deleteIfExists(file);
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            OwnerOnly.file())) {
      ByteBuffer bytes = ByteBuffer.wrap((secret + "\n").getBytes(US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }
}
