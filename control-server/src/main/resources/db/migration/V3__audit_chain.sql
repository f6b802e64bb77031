-- Where the audit's chain ends: how many rows it has, and the hash of the last. Changing the row is
-- also what serializes those who add to the audit.
ALTER TABLE meta ADD COLUMN audit_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN audit_head TEXT NOT NULL
  DEFAULT '0000000000000000000000000000000000000000000000000000000000000000';

-- Who did what. Rows are only ever added, numbered from 1 without a gap. The hash is the SHA-256 of
-- the hash before and of every other column, as docs/audit.md says. at has nine decimals always, so
-- that its order as text is that of time. V4 moves the rows of the table 'audit' here.
CREATE TABLE audit_log (
  seq BIGINT NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  flag TEXT,
  before_json TEXT,
  after_json TEXT,
  reason TEXT,
  overrides TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX audit_log_by_flag ON audit_log (flag, seq);
CREATE INDEX audit_log_by_actor ON audit_log (actor, seq);
CREATE INDEX audit_log_by_time ON audit_log (at);
CREATE TRIGGER audit_log_keeps_rows BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit rows are kept'); END;
CREATE TRIGGER audit_log_keeps_words BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit rows are kept'); END;

-- A token has several secrets while the old one still opens beside its successor. Revoked tokens
-- keep their row, so that a server that starts again does not make the first ones anew.
ALTER TABLE tokens RENAME TO tokens_before;
CREATE TABLE tokens (
  name TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  service TEXT,
  created TEXT NOT NULL,
  revoked TEXT
);
-- Only the SHA-256 of a secret is kept, in hexadecimal digits.
CREATE TABLE token_secrets (
  hash TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL REFERENCES tokens (name),
  created TEXT NOT NULL,
  expires TEXT
);
INSERT INTO tokens (name, kind, service, created)
  SELECT name, kind, service, created FROM tokens_before;
INSERT INTO token_secrets (hash, name, created, expires)
  SELECT hash, name, created, expires FROM tokens_before;
DROP TABLE tokens_before;
