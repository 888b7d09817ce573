-- What lies in the blob folder. `id` is never used again, so that a finding about one copy of a blob cannot be
-- held against a later copy. `last_use` only grows; the smallest goes first when room is needed.
CREATE TABLE blob (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  cid      TEXT NOT NULL UNIQUE,
  bytes    INTEGER NOT NULL,
  last_use INTEGER NOT NULL,
  node     BLOB
) STRICT;
CREATE INDEX blob_by_use ON blob (last_use);

-- The bytes of small blobs, which need no file of their own.
CREATE TABLE blob_content (
  blob    INTEGER PRIMARY KEY REFERENCES blob (id) ON DELETE CASCADE,
  content BLOB NOT NULL
) STRICT;

-- How larger blobs are cut. Equal chunks in two blobs have equal digests.
CREATE TABLE blob_chunk (
  blob     INTEGER NOT NULL REFERENCES blob (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  offset   INTEGER NOT NULL,
  bytes    INTEGER NOT NULL,
  sha256   BLOB NOT NULL,
  PRIMARY KEY (blob, position)
) WITHOUT ROWID, STRICT;
CREATE INDEX blob_chunk_by_content ON blob_chunk (sha256);

-- Who needs a blob. A pin may come before the blob does, and outlives a corrupt copy.
CREATE TABLE blob_pin (
  cid   TEXT NOT NULL,
  owner TEXT NOT NULL,
  PRIMARY KEY (cid, owner)
) WITHOUT ROWID, STRICT;
CREATE INDEX blob_pin_by_owner ON blob_pin (owner);
