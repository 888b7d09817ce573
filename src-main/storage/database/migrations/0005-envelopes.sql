-- What contacts published last, as they signed it. It may have a megabyte, which no setting may.
CREATE TABLE envelope (
  key   TEXT PRIMARY KEY,
  saved INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE INDEX envelope_by_age ON envelope (saved);

DELETE FROM setting WHERE key LIKE 'envelope:%';
