-- A snapshot is as large as the state, which one value of SQLite could not hold: it lies in parts, written in one
-- transaction. Its digest is of all parts, one after the other. What was saved before is a snapshot of one part.
CREATE TABLE snapshot_in_parts (
  sequence INTEGER PRIMARY KEY,
  sha256   BLOB NOT NULL,
  parts    INTEGER NOT NULL
) STRICT;
INSERT INTO snapshot_in_parts (sequence, sha256, parts) SELECT sequence, sha256, 1 FROM snapshot;

CREATE TABLE snapshot_part (
  sequence INTEGER NOT NULL,
  position INTEGER NOT NULL,
  bytes    BLOB NOT NULL,
  PRIMARY KEY (sequence, position)
) STRICT;
INSERT INTO snapshot_part (sequence, position, bytes) SELECT sequence, 0, bytes FROM snapshot;

DROP TABLE snapshot;
ALTER TABLE snapshot_in_parts RENAME TO snapshot;

-- Parts go with their snapshot, however that goes.
CREATE TRIGGER snapshot_gone AFTER DELETE ON snapshot BEGIN
  DELETE FROM snapshot_part WHERE sequence = OLD.sequence;
END;
