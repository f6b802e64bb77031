package dev.turnout.bootstrap;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The jar of the runtime and its libraries, which lies in the agent's jar uncompressed, and the
 * index of it beside. Who opens a jar as the JDK does reads the names of all that is in it: of some
 * thousands of classes, of which one in a hundred is wanted where nothing is flagged, that was a
 * good part of what the agent adds to a start. So the few that are asked for are looked up here.
 *
 * <p>The index, in numbers of four bytes with the highest first: how many entries there are, then
 * of each, by rising hash code of its name, the hash code, where its header is in the inner jar,
 * and its length packed and unpacked; the rest is the agent's version. Jars are as PKWARE's
 * APPNOTE.TXT has them, 4.3.7, 4.3.12 and 4.3.16.
 *
 * <p>Safe for many threads. The file stays open for as long as this is in use.
 */
final class AgentArchive {
  private static final String JAR = "inst.jar";
  private static final String INDEX = "inst.index";

  private static final int END = 0x06054b50;
  private static final int END_LENGTH = 22;
  private static final int DIRECTORY = 0x02014b50;
  private static final int DIRECTORY_LENGTH = 46;
  private static final int HEADER = 0x04034b50;
  private static final int HEADER_LENGTH = 30;
  private static final int STORED = 0;

  // What a byte can stand for at the most where it is deflated, and some.
  private static final int MOST_UNPACKED = 1_100;

  private static final int COUNT_LENGTH = 4;
  private static final int ENTRY_LENGTH = 16;

  private final String path;
  private final RandomAccessFile file;
  private final long size;
  private final long jarStart;
  private final byte[] index;
  private final int count;

  private AgentArchive(File file, RandomAccessFile open) throws IOException {
    path = file.getPath();
    this.file = open;
    size = open.length();
    byte[] end = read(size - END_LENGTH, END_LENGTH);
    check(little4(end, 0) == END);
    byte[] directory = read(unsigned(little4(end, 16)), little4(end, 12));
    jarStart = start(directory, entry(directory, JAR));
    int at = entry(directory, INDEX);
    index = read(start(directory, at), little4(directory, at + 24));
    count = big4(0);
    check(count >= 0 && index.length >= COUNT_LENGTH + (long) count * ENTRY_LENGTH);
  }

  /**
   * Opens it.
   *
   * @throws IOException if the file is not the agent's jar as it was packed
   */
  static AgentArchive open(File file) throws IOException {
    RandomAccessFile open = new RandomAccessFile(file, "r");
    boolean opened = false;
    try {
      AgentArchive archive = new AgentArchive(file, open);
      opened = true;
      return archive;
    } catch (IndexOutOfBoundsException e) {
      throw new IOException(file + " is damaged", e);
    } finally {
      if (!opened) {
        open.close();
      }
    }
  }

  private void check(boolean right) throws IOException {
    if (!right) {
      throw new IOException(path + " is damaged, or was packed anew: copy it as it is");
    }
  }

  // Where an entry of the outer jar is in its directory.
  private int entry(byte[] directory, String name) throws IOException {
    int at = 0;
    while (at < directory.length) {
      check(little4(directory, at) == DIRECTORY);
      int nameLength = little2(directory, at + 28);
      if (isName(directory, at + DIRECTORY_LENGTH, nameLength, name)) {
        check(little2(directory, at + 10) == STORED);
        return at;
      }
      int more = little2(directory, at + 30) + little2(directory, at + 32);
      at += DIRECTORY_LENGTH + nameLength + more;
    }
    throw new IOException("there is no " + name + " in " + path);
  }

  // Where the content of an entry of the outer jar is.
  private long start(byte[] directory, int at) throws IOException {
    long header = unsigned(little4(directory, at + 42));
    byte[] bytes = read(header, HEADER_LENGTH);
    check(little4(bytes, 0) == HEADER);
    return header + HEADER_LENGTH + little2(bytes, 26) + little2(bytes, 28);
  }

  /** The agent's version. */
  String version() {
    int start = COUNT_LENGTH + count * ENTRY_LENGTH;
    return new String(index, start, index.length - start, StandardCharsets.UTF_8);
  }

  /**
   * Whether there may be an entry of this name; where there is not, that is nearly always known.
   */
  boolean mayHave(String name) {
    return first(name.hashCode()) < count && hash(first(name.hashCode())) == name.hashCode();
  }

  /** Returns the content of an entry; null if there is none of this name. */
  byte @Nullable [] read(String name) throws IOException {
    int hash = name.hashCode();
    for (int i = first(hash); i < count && hash(i) == hash; i++) {
      int at = COUNT_LENGTH + i * ENTRY_LENGTH;
      long header = jarStart + unsigned(big4(at + 4));
      byte[] bytes = read(header, HEADER_LENGTH + name.length());
      check(little4(bytes, 0) == HEADER);
      if (isName(bytes, HEADER_LENGTH, little2(bytes, 26), name)) {
        byte[] packed = read(header + bytes.length + little2(bytes, 28), big4(at + 8));
        return little2(bytes, 8) == STORED ? packed : unpack(packed, big4(at + 12));
      }
    }
    return null;
  }

  private byte[] unpack(byte[] packed, int length) throws IOException {
    check(length >= 0 && length <= (packed.length + 1L) * MOST_UNPACKED);
    byte[] bytes = new byte[length];
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(packed);
      int filled = 0;
      while (filled < length) {
        int more = inflater.inflate(bytes, filled, length - filled);
        check(more > 0);
        filled += more;
      }
      return bytes;
    } catch (DataFormatException e) {
      throw new IOException(path + " is damaged", e);
    } finally {
      inflater.end();
    }
  }

  private byte[] read(long position, int length) throws IOException {
    check(position >= 0 && length >= 0 && position + length <= size);
    byte[] bytes = new byte[length];
    synchronized (file) {
      file.seek(position);
      file.readFully(bytes);
    }
    return bytes;
  }

  // The first entry with this hash code or a higher one.
  private int first(int hash) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (hash(middle) < hash) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int hash(int entry) {
    return big4(COUNT_LENGTH + entry * ENTRY_LENGTH);
  }

  // All names are ASCII.
  private static boolean isName(byte[] bytes, int start, int length, String name) {
    if (length != name.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (bytes[start + i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private int big4(int at) {
    return (index[at] & 0xff) << 24
        | (index[at + 1] & 0xff) << 16
        | (index[at + 2] & 0xff) << 8
        | (index[at + 3] & 0xff);
  }

  private static int little4(byte[] bytes, int at) {
    return little2(bytes, at) | little2(bytes, at + 2) << 16;
  }

  private static int little2(byte[] bytes, int at) {
    return (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8;
  }

  private static long unsigned(int number) {
    return number & 0xffffffffL;
  }
}
