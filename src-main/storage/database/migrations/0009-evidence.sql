-- Records that are evidence name their job and the time at which they were said.
ALTER TABLE journal ADD COLUMN evidence_job TEXT;
ALTER TABLE journal ADD COLUMN evidence_at INTEGER;

-- Evidence whose records are no longer needed in the journal, under the numbers and checksums that they had there.
CREATE TABLE evidence (
  sequence INTEGER PRIMARY KEY,
  job      TEXT NOT NULL,
  at       INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  bytes    BLOB NOT NULL
) STRICT;
CREATE INDEX evidence_by_job ON evidence (job, sequence);

-- How much of it there is, in one row, so that nothing has to be counted.
CREATE TABLE evidence_total (
  records INTEGER NOT NULL,
  bytes   INTEGER NOT NULL
) STRICT;
INSERT INTO evidence_total (records, bytes) VALUES (0, 0);
CREATE TRIGGER evidence_added AFTER INSERT ON evidence BEGIN
  UPDATE evidence_total SET records = records + 1, bytes = bytes + length(NEW.bytes);
END;
CREATE TRIGGER evidence_gone AFTER DELETE ON evidence BEGIN
  UPDATE evidence_total SET records = records - 1, bytes = bytes - length(OLD.bytes);
END;
