package dev.turnout.cli;

import java.io.IOException;
import java.io.InputStream;

/** What a person types while a command runs. */
interface Keyboard {
  /** Nobody is there to be asked. */
  Keyboard NONE =
      new Keyboard() {
        @Override
        public boolean isPresent() {
          return false;
        }

        @Override
        public String line() {
          return "";
        }

        @Override
        public int key() {
          return -1;
        }
      };

  /** Whether a person is there. */
  boolean isPresent();

  /** Waits for a line and returns it; empty at the end of the input. */
  String line();

  /** Returns a key that was pressed, or -1 if none was; does not wait. */
  int key();

  /** The keyboard behind a stream that is a terminal's. */
  static Keyboard of(InputStream in) {
    return new Keyboard() {
      @Override
      public boolean isPresent() {
        return true;
      }

      // Byte by byte: what is read ahead would be missing where keys are read.
      @Override
      public String line() {
        StringBuilder line = new StringBuilder();
        try {
          for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.append((char) next);
          }
        } catch (IOException e) {
          return "";
        }
        return line.toString();
      }

      @Override
      public int key() {
        try {
          return in.available() > 0 ? in.read() : -1;
        } catch (IOException e) {
          return -1;
        }
      }
    };
  }
}
