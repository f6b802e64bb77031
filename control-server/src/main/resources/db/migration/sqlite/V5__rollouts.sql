-- A flag's staged plan and how far along it is, as the HTTP interface shows it.
CREATE TABLE rollouts (
  flag TEXT NOT NULL PRIMARY KEY,
  json TEXT NOT NULL
);

-- An experiment as the HTTP interface shows it, without results.
CREATE TABLE experiments (
  name TEXT NOT NULL PRIMARY KEY,
  json TEXT NOT NULL
);
