-- The names of the refusals that a change went against, separated by commas.
ALTER TABLE audit ADD COLUMN overrides TEXT NOT NULL DEFAULT '';
