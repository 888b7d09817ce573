-- Blobs that are here for others: of whose job, and when they go. `due` is NULL while something needs them. What came
-- in nobody's name has the guest ''. A blob without a row is its user's own.
CREATE TABLE blob_guest (
  cid   TEXT NOT NULL,
  guest TEXT NOT NULL,
  due   INTEGER,
  PRIMARY KEY (cid, guest)
) WITHOUT ROWID, STRICT;
CREATE INDEX blob_guest_by_due ON blob_guest (due);
CREATE INDEX blob_guest_by_guest ON blob_guest (guest);

-- What only others' jobs pin: `holding:` and the requester's id, `/` and the job's.
INSERT OR IGNORE INTO blob_guest (cid, guest, due)
SELECT cid, substr(owner, 9, instr(owner, '/') - 9), NULL FROM blob_pin
WHERE owner LIKE 'holding:%/%'
  AND NOT EXISTS (SELECT 1 FROM blob_pin other WHERE other.cid = blob_pin.cid AND other.owner NOT LIKE 'holding:%');

-- What nothing pins may be of a job of others that was over before this was kept: it has the hour that all have.
INSERT INTO blob_guest (cid, guest, due)
SELECT cid, '', unixepoch() * 1000 + 3600000 FROM blob
WHERE NOT EXISTS (SELECT 1 FROM blob_pin WHERE blob_pin.cid = blob.cid);
