-- Keys of encrypted jobs, each sealed by a key that is made of the peer's own.
CREATE TABLE job_key (
  requester TEXT NOT NULL,
  job       TEXT NOT NULL,
  sealed    BLOB NOT NULL,
  PRIMARY KEY (requester, job)
) WITHOUT ROWID, STRICT;
