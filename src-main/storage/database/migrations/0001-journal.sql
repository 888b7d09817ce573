-- What happened to this peer, in order, without gaps. The checksum is CRC-32 over the bytes, seeded with the
-- sequence number, so that a damaged or misplaced record is recognised.
CREATE TABLE journal (
  sequence INTEGER PRIMARY KEY,
  checksum INTEGER NOT NULL,
  bytes    BLOB NOT NULL
) STRICT;

-- States that include every record up to `sequence`. The two newest are kept.
CREATE TABLE snapshot (
  sequence INTEGER PRIMARY KEY,
  sha256   BLOB NOT NULL,
  bytes    BLOB NOT NULL
) STRICT;
