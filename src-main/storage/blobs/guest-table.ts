import type { Cid } from '../../protocol/ids.ts'
import { GUEST_GRACE_MS } from '../../ports/blob-store.ts'
import type { PeerDatabase } from '../database/database.ts'

/** Who brought a blob, when nothing tells: a manifest that was only looked at, a transfer from before a restart. */
const NOBODY = ''

/** A stored blob that no job needs any longer. */
export interface BlobInGrace {
  readonly id: number
  readonly cid: Cid
  readonly bytes: number
}

/** Which blobs are here for others, for whom, and when they go. Every call is immediate, inside whatever transaction is open. */
export interface GuestTable {
  /** A job of this guest needs a blob. One that was here before, and for no guest, stays the user's own. */
  need(cid: Cid, guest: string): void
  /** The user needs a blob: it is the user's own from now on. */
  own(cid: Cid): void
  /** Whether a blob is here for others, or for no guest yet. */
  has(cid: Cid): boolean
  /** Bytes of all that is stored for others, or for no guest yet. Costs time in proportion to how much that is. */
  storedBytes(): number
  /** A pin of this blob is gone; without another one its time begins to run. */
  letGo(cid: Cid): void
  /** The same for all blobs of an owner, to be called while its pins are still there. */
  letGoAll(owner: string): void
  /** A blob came in from another peer, whole or in part. Where nothing pins it, its time begins to run. */
  arrived(cid: Cid): void
  /** All that is here for this guest is due now. */
  expel(guest: string): void
  /** Guests that have blobs here. */
  guests(): string[]
  /** Whether any stay is due. */
  isAnyDue(): boolean
  /** Whether any time of grace has begun since this was last asked. */
  hasNews(): boolean
  /** Ends at most `max` due stays, but not of blobs still coming in. @returns the blobs that may go now */
  endStays(isComing: (cid: Cid) => boolean, max: number): Cid[]
  /** Stored blobs that stay only for their time of grace, those that go last first. */
  inGrace(): BlobInGrace[]
  /** Forgets all stays of a blob, which is gone. */
  forget(cid: Cid): void
}

/** Opens the table. @param nowMs the wall clock */
export function openGuestTable(database: PeerDatabase, nowMs: () => number): GuestTable {
  const statements = prepare(database)
  const dueMs = (): number => nowMs() + GUEST_GRACE_MS
  let isNews = false
  const note = ({ changes }: { changes: number }): void => {
    if (changes > 0) isNews = true
  }

  return {
    need(cid, guest) {
      statements.need.run({ cid, guest })
      // It is known now whose it is.
      statements.end.run(cid, NOBODY)
    },
    own: (cid) => void statements.forget.run(cid),
    has: (cid) => statements.has.get(cid) !== undefined,
    storedBytes: () => statements.storedBytes.get()?.bytes ?? 0,
    letGo: (cid) => note(statements.letGo.run(dueMs(), cid)),
    letGoAll: (owner) => note(statements.letGoAll.run({ due: dueMs(), owner })),
    arrived: (cid) => note(statements.arrived.run({ cid, guest: NOBODY, due: dueMs() })),
    expel: (guest) => void statements.expel.run(guest),
    guests() {
      const found: string[] = []
      // One step of the index for each guest, however many blobs each has.
      for (let next = statements.nextGuest.get(NOBODY)?.guest; typeof next === 'string';) {
        found.push(next)
        next = statements.nextGuest.get(next)?.guest
      }
      return found
    },
    isAnyDue: () => statements.firstDue.get(nowMs(), dueMs()) !== undefined,
    hasNews() {
      const was = isNews
      isNews = false
      return was
    },
    endStays(isComing, max) {
      // A clock that was set back does not let anything stay for longer.
      statements.shorten.run(dueMs(), dueMs())
      // Another guest's job needs it: it is that one's now. Without another, it stays its guest's.
      statements.leave.run(nowMs())
      statements.stay.run(nowMs())
      const ended = statements.due.all(nowMs(), max).filter(({ cid }) => !isComing(cid))
      for (const { cid, guest } of ended) statements.end.run(cid, guest)
      const cids = [...new Set(ended.map(({ cid }) => cid))]
      return cids.filter((cid) => statements.isNeeded.get({ cid }) === undefined)
    },
    inGrace: () => statements.inGrace.all(),
    forget: (cid) => void statements.forget.run(cid),
  }
}

const PINNED = 'EXISTS (SELECT 1 FROM blob_pin WHERE blob_pin.cid = blob_guest.cid)'

function prepare(database: PeerDatabase) {
  return {
    need: database.prepare<[{ cid: Cid; guest: string }]>(`
      INSERT INTO blob_guest (cid, guest, due) SELECT @cid, @guest, NULL
      WHERE NOT EXISTS (SELECT 1 FROM blob WHERE cid = @cid)
         OR EXISTS (SELECT 1 FROM blob_guest WHERE cid = @cid)
      ON CONFLICT (cid, guest) DO UPDATE SET due = NULL`),
    letGo: database.prepare<[number, Cid]>(
      `UPDATE blob_guest SET due = ? WHERE cid = ? AND due IS NULL AND NOT ${PINNED}`,
    ),
    letGoAll: database.prepare<[{ due: number; owner: string }]>(`
      UPDATE blob_guest SET due = @due
      WHERE due IS NULL AND cid IN (SELECT cid FROM blob_pin WHERE owner = @owner)
        AND NOT EXISTS (SELECT 1 FROM blob_pin WHERE blob_pin.cid = blob_guest.cid AND owner <> @owner)`),
    arrived: database.prepare<[{ cid: Cid; guest: string; due: number }]>(`
      INSERT INTO blob_guest (cid, guest, due) SELECT @cid, @guest, @due
      WHERE NOT EXISTS (SELECT 1 FROM blob_pin WHERE cid = @cid)
        AND NOT EXISTS (SELECT 1 FROM blob_guest WHERE cid = @cid)`),
    expel: database.prepare<[string]>('UPDATE blob_guest SET due = 0 WHERE guest = ?'),
    nextGuest: database.prepare<[string], { guest: string | null }>(
      'SELECT min(guest) AS guest FROM blob_guest WHERE guest > ?',
    ),
    shorten: database.prepare<[number, number]>('UPDATE blob_guest SET due = ? WHERE due > ?'),
    firstDue: database.prepare<[number, number]>(
      'SELECT 1 FROM blob_guest WHERE due <= ? UNION ALL SELECT 1 FROM blob_guest WHERE due > ? LIMIT 1',
    ),
    due: database.prepare<[number, number], { cid: Cid; guest: string }>(
      'SELECT cid, guest FROM blob_guest WHERE due <= ? LIMIT ?',
    ),
    leave: database.prepare<[number]>(`
      DELETE FROM blob_guest WHERE due <= ? AND ${PINNED}
        AND EXISTS (SELECT 1 FROM blob_guest other WHERE other.cid = blob_guest.cid AND other.due IS NULL)`),
    stay: database.prepare<[number]>(`UPDATE blob_guest SET due = NULL WHERE due <= ? AND ${PINNED}`),
    end: database.prepare<[Cid, string]>('DELETE FROM blob_guest WHERE cid = ? AND guest = ?'),
    isNeeded: database.prepare<[{ cid: Cid }]>(`
      SELECT 1 WHERE EXISTS (SELECT 1 FROM blob_guest WHERE cid = @cid)
                  OR EXISTS (SELECT 1 FROM blob_pin WHERE cid = @cid)`),
    inGrace: database.prepare<[], BlobInGrace>(`
      SELECT blob.id, blob.cid, blob.bytes FROM blob_guest JOIN blob ON blob.cid = blob_guest.cid
      GROUP BY blob.id HAVING count(due) = count(*) AND NOT ${PINNED} ORDER BY max(due) DESC`),
    has: database.prepare<[Cid]>('SELECT 1 FROM blob_guest WHERE cid = ?'),
    storedBytes: database.prepare<[], { bytes: number }>(
      'SELECT coalesce(sum(bytes), 0) AS bytes FROM blob WHERE cid IN (SELECT cid FROM blob_guest)',
    ),
    forget: database.prepare<[Cid]>('DELETE FROM blob_guest WHERE cid = ?'),
  }
}
