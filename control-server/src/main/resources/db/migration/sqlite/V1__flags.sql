-- One row: where the store stands. changed_at is the time of the last change, in ISO 8601.
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  changed_at TEXT NOT NULL
);
INSERT INTO meta (id, epoch, revision, changed_at) VALUES (1, 1, 0, '1970-01-01T00:00:00Z');

-- A flag as the HTTP interface shows it.
CREATE TABLE flags (
  name TEXT PRIMARY KEY,
  json TEXT NOT NULL
);

-- What belongs to the whole environment: 'canary' and 'rings'.
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  json TEXT NOT NULL
);

-- Who did what. Rows are only ever added.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  revision INTEGER NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  flag TEXT,
  before_json TEXT,
  after_json TEXT,
  reason TEXT
);
CREATE INDEX audit_by_flag ON audit (flag, id);
CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are kept'); END;
CREATE TRIGGER audit_keeps_words BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are kept'); END;

-- Only the SHA-256 of a token is kept, in hexadecimal digits.
CREATE TABLE tokens (
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  service TEXT,
  hash TEXT NOT NULL UNIQUE,
  created TEXT NOT NULL,
  expires TEXT
);
