package dev.turnout;

import java.io.UnsupportedEncodingException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Attributes in a W3C {@code baggage} header: {@code turnout.user=u-1,turnout.ring=beta}. Source of
 * the format: W3C Recommendation "Propagation format for distributed context: Baggage".
 */
final class Baggage {
  private static final String PREFIX = "turnout.";

  // What the recommendation asks everybody to take.
  private static final int MAX_LENGTH = 8_192;

  // What decisions go by most of all comes first.
  private static final List<String> CALLER =
      Collections.unmodifiableList(Arrays.asList("user", "tenant", "session", "ring"));

  private Baggage() {}

  static Map<String, String> read(@Nullable String header) {
    Map<String, String> attributes = new TreeMap<>();
    if (header == null) {
      return attributes;
    }
    for (String member : withinBounds(header).split(",")) {
      // Properties of an entry, behind a semicolon, mean nothing here.
      String entry = member.split(";", 2)[0];
      int equals = entry.indexOf('=');
      String key = equals < 0 ? "" : entry.substring(0, equals).trim();
      if (key.startsWith(PREFIX) && key.length() > PREFIX.length()) {
        String value = decoded(entry.substring(equals + 1).trim());
        if (value != null) {
          attributes.put(key.substring(PREFIX.length()), value);
        }
      }
    }
    return attributes;
  }

  // The entries that are whole within what everybody takes.
  private static String withinBounds(String header) {
    if (header.length() <= MAX_LENGTH) {
      return header;
    }
    int end = header.lastIndexOf(',', MAX_LENGTH);
    return end < 0 ? "" : header.substring(0, end);
  }

  /** Leaves out what there is no room for, and who the caller is last of all. */
  static String write(Map<String, String> attributes) {
    StringBuilder header = new StringBuilder();
    for (String name : CALLER) {
      append(header, name, attributes.get(name));
    }
    for (Map.Entry<String, String> attribute : new TreeMap<>(attributes).entrySet()) {
      if (!CALLER.contains(attribute.getKey())) {
        append(header, attribute.getKey(), attribute.getValue());
      }
    }
    return header.toString();
  }

  private static void append(StringBuilder header, String name, @Nullable String value) {
    if (value != null && name.matches("[a-zA-Z0-9._-]+")) {
      String entry = PREFIX + name + '=' + encoded(value);
      String comma = header.length() == 0 ? "" : ",";
      if (header.length() + comma.length() + entry.length() <= MAX_LENGTH) {
        header.append(comma).append(entry);
      }
    }
  }

  // A form's encoding but for the plus sign, which stands for itself in baggage.
  private static @Nullable String decoded(String value) {
    try {
      return URLDecoder.decode(value.replace("+", "%2B"), "UTF-8");
    } catch (UnsupportedEncodingException | IllegalArgumentException e) {
      return null;
    }
  }

  private static String encoded(String value) {
    try {
      return URLEncoder.encode(value, "UTF-8").replace("+", "%20");
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException("every Java platform has UTF-8", e);
    }
  }
}
