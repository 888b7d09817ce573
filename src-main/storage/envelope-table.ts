import { refuse } from '../protocol/fault.ts'
import { CONTACTS_MAX, ENVELOPE_BYTES_MAX } from '../protocol/limits.ts'
import { storageFault, type PeerDatabase } from './database/database.ts'

/** Authors whose envelope is kept: as many as a peer may have contacts. Those saved longest ago go. */
const ENVELOPES_MAX = CONTACTS_MAX
/** Disk that all of them take together: contacts repeat themselves every 20 s, so that a lost one costs nothing. */
export const ENVELOPES_BYTES_MAX = 64 << 20

/** Signed envelopes by key, in a peer's database. */
export interface EnvelopeTable {
  find(key: string): Uint8Array | undefined
  /**
   * Keeps these in place of older ones of the same keys, in one transaction.
   * @throws FaultError `oversized` beyond the protocol's bound of an envelope; `disk-full`, `storage-failed`
   */
  keep(envelopes: ReadonlyMap<string, Uint8Array>): void
}

/** The table in an open database. */
export function openEnvelopeTable(database: PeerDatabase): EnvelopeTable {
  const find = database.prepare<[string], Uint8Array>('SELECT bytes FROM envelope WHERE key = ?').pluck()
  const save = database.prepare<[string, Uint8Array]>(
    `INSERT OR REPLACE INTO envelope (key, saved, bytes)
     VALUES (?, (SELECT coalesce(max(saved), 0) + 1 FROM envelope), ?)`,
  )
  // The newest that fit stay: a running sum from the newest on tells which.
  const prune = database.prepare<[number, number]>(
    `DELETE FROM envelope WHERE key IN (
       SELECT key FROM (
         SELECT key, row_number() OVER newest AS position, sum(length(bytes)) OVER newest AS total
         FROM envelope WINDOW newest AS (ORDER BY saved DESC)
       ) WHERE position > ? OR total > ?)`,
  )
  const keepAll = database.transaction((envelopes: ReadonlyMap<string, Uint8Array>) => {
    for (const [key, bytes] of envelopes) {
      if (bytes.byteLength > ENVELOPE_BYTES_MAX) {
        refuse('oversized', `an envelope of ${bytes.byteLength} bytes is over ${ENVELOPE_BYTES_MAX}`)
      }
      save.run(key, bytes)
    }
    prune.run(ENVELOPES_MAX, ENVELOPES_BYTES_MAX)
  })
  return {
    find: (key) => find.get(key),
    keep(envelopes) {
      try {
        keepAll(envelopes)
      } catch (error) {
        throw storageFault(error, 'what contacts published')
      }
    },
  }
}
