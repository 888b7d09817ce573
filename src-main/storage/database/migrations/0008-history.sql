-- Own jobs that have ended, and units of own jobs that are done. Pruning the journal does not touch them.
CREATE TABLE history_job (
  job       TEXT PRIMARY KEY,
  submitted REAL NOT NULL, -- milliseconds since 1970
  bytes     BLOB NOT NULL  -- compressed by zstd
) STRICT;
CREATE INDEX history_job_newest ON history_job (submitted, job);

-- Some units of a job, whose numbers begin at 256 times the block's.
CREATE TABLE history_units (
  id    INTEGER PRIMARY KEY,
  job   TEXT NOT NULL,
  block INTEGER NOT NULL,
  bytes BLOB NOT NULL -- compressed by zstd
) STRICT;
CREATE INDEX history_units_block ON history_units (job, block);
