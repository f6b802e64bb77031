package dev.turnout.packer;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where each entry of the inner jar is, in the form that {@code dev.turnout.bootstrap.AgentArchive}
 * reads.
 */
final class Index {
  private final List<Place> places = new ArrayList<>();

  /** Where an entry's local header begins, and how long its content is, in bytes. */
  private record Place(String name, int start, int packed, int unpacked) {}

  /**
   * Adds an entry.
   *
   * @param name in ASCII
   * @param start where its local header begins in the jar
   * @param packed how long its content is there
   * @param unpacked how long it is
   */
  void add(String name, int start, int packed, int unpacked) {
    if (!StandardCharsets.US_ASCII.newEncoder().canEncode(name)) {
      throw new IllegalArgumentException("the agent looks entries up in ASCII only: " + name);
    }
    places.add(new Place(name, start, packed, unpacked));
  }

  /** Returns the index, with the agent's version at its end. */
  byte[] bytes(String version) throws IOException {
    places.sort(
        Comparator.comparingInt((Place place) -> place.name().hashCode())
            .thenComparing(Place::name));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(places.size());
    for (Place place : places) {
      out.writeInt(place.name().hashCode());
      out.writeInt(place.start());
      out.writeInt(place.packed());
      out.writeInt(place.unpacked());
    }
    out.write(version.getBytes(StandardCharsets.UTF_8));
    return bytes.toByteArray();
  }
}
