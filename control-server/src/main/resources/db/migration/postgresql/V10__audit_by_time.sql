-- A stop that was made while the store was away is looked up before it is entered again.
CREATE INDEX audit_by_time ON audit (at);
