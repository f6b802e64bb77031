package dev.turnout.benchmarks;

import dev.turnout.flags.Bucketing;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The hash of a targeting key alone, by the key's length and script. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class HashCost {
  /** A key by script and number of characters. */
  public enum Key {
    ASCII_8("user-177"),
    ASCII_11("user-100017"),
    ASCII_22("customer-0123456789abc"),
    ASCII_36("123e4567-e89b-12d3-a456-426614174000"),
    LATIN_8("m\u00fcll-177"),
    LATIN_22("m\u00fcller-0123456789abcde"),
    LATIN_36("m\u00fcller67-e89b-12d3-a456-426614174000"),
    CYRILLIC_8("\u043f\u043e\u043b\u044c\u0437\u043e\u0432\u0430"),
    CYRILLIC_22(CYRILLIC_8.text + "\u0442\u0435\u043b" + CYRILLIC_8.text + "\u0442\u0435\u043b"),
    CYRILLIC_36(CYRILLIC_22.text + CYRILLIC_22.text.substring(0, 14)),
    CHINESE_8("\u7528\u6237\u540d\u79f0\u6d4b\u8bd5\u8d26\u53f7"),
    CHINESE_22(CHINESE_8.text + CHINESE_8.text + CHINESE_8.text.substring(0, 6)),
    CHINESE_36(CHINESE_22.text + CHINESE_22.text.substring(0, 14)),
    MIXED_8("\u043f\u043e\u043b-1177"),
    MIXED_22("\u043f\u043e\u043b\u044c\u0437\u043e\u0432\u0430\u0442\u0435\u043b-0123456789"),
    MIXED_36(CYRILLIC_22.text + "-0123456789abc");

    private final String text;

    Key(String text) {
      this.text = text;
    }
  }

  /** Which key. */
  @Param public Key key = Key.ASCII_8;

  private final int seed = Bucketing.seed("flag");
  private String text = "";

  /** Takes the key's text. */
  @Setup
  public void take() {
    text = key.text;
  }

  /** The bucket of the key. */
  @Benchmark
  public int bucket() {
    return Bucketing.bucket(text, seed);
  }
}
