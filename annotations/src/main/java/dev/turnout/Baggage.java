package dev.turnout;

import java.io.UnsupportedEncodingException;
import java.net.URLDecoder;
import java.net.URLEncoder;
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

  private Baggage() {}

  static Map<String, String> read(@Nullable String header) {
    Map<String, String> attributes = new TreeMap<>();
    if (header == null || header.length() > MAX_LENGTH) {
      return attributes;
    }
    for (String member : header.split(",")) {
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

  static String write(Map<String, String> attributes) {
    StringBuilder header = new StringBuilder();
    for (Map.Entry<String, String> attribute : new TreeMap<>(attributes).entrySet()) {
      if (attribute.getKey().matches("[a-zA-Z0-9._-]+")) {
        header.append(header.length() == 0 ? "" : ",");
        header.append(PREFIX).append(attribute.getKey()).append('=');
        header.append(encoded(attribute.getValue()));
      }
    }
    return header.toString();
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
