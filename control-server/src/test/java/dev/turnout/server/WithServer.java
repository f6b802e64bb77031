package dev.turnout.server;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A fresh server for each test. */
abstract class WithServer {
  @TempDir Path data;
  Served served;

  @BeforeEach
  void start() throws IOException {
    served = Served.in(data);
  }

  @AfterEach
  void stop() {
    served.close();
  }
}
