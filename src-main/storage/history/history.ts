import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { History, HistoryPlace } from '../../ports/history.ts'
import { refuse } from '../../protocol/fault.ts'
import type { JobId } from '../../protocol/ids.ts'
import { storageFault, type PeerDatabase } from '../database/database.ts'
import type { GroupCommit } from '../database/group-commit.ts'

/** What one entry may be when it is opened: an entry is damaged, or not ours, if it is larger. */
const ENTRY_BYTES_MAX = 64 << 20

/** The history in an open database; entries are compressed, since units of one job are much alike. */
export function openHistory(database: PeerDatabase, commits: Pick<GroupCommit, 'unflushed'>): History {
  const putUnits = database.prepare<[JobId, number, Uint8Array]>(
    'INSERT INTO history_units (job, block, bytes) VALUES (?, ?, ?)',
  )
  const block = database
    .prepare<[JobId, number], Uint8Array>(
      'SELECT bytes FROM history_units WHERE job = ? AND block = ? ORDER BY id',
    )
    .pluck()
  const putJob = database.prepare<[JobId, number, Uint8Array]>(
    'INSERT OR REPLACE INTO history_job VALUES (?, ?, ?)',
  )
  const find = database.prepare<[JobId], Uint8Array>('SELECT bytes FROM history_job WHERE job = ?').pluck()
  const has = database.prepare<[JobId], number>('SELECT 1 FROM history_job WHERE job = ?').pluck()
  const page = database.prepare<[number, number, string, number], HistoryPlace>(
    `SELECT job, submitted AS submittedAtMs FROM history_job WHERE submitted < ? OR (submitted = ? AND job < ?)
     ORDER BY submitted DESC, job DESC LIMIT ?`,
  )
  const removeJob = database.prepare<[JobId]>('DELETE FROM history_job WHERE job = ?')
  const removeUnits = database.prepare<[JobId]>('DELETE FROM history_units WHERE job = ?')

  return {
    putUnits(job, blocks) {
      const entries = [...blocks].map(([at, bytes]) => [at, packed(bytes)] as const)
      commits.unflushed(() => {
        for (const [at, bytes] of entries) putUnits.run(job, at, bytes)
      })
    },
    block: (job, at) => edge(() => block.all(job, at)).map(opened),
    putJob({ job, submittedAtMs }, bytes) {
      const entry = packed(bytes)
      commits.unflushed(() => putJob.run(job, submittedAtMs, entry))
    },
    has: (job) => edge(() => has.get(job)) !== undefined,
    find(job) {
      const bytes = edge(() => find.get(job))
      return bytes === undefined ? undefined : opened(bytes)
    },
    page: (limit, { submittedAtMs, job } = { submittedAtMs: Number.MAX_VALUE, job: '' as JobId }) =>
      edge(() => page.all(submittedAtMs, submittedAtMs, job, limit)),
    remove(job) {
      commits.unflushed(() => {
        removeJob.run(job)
        removeUnits.run(job)
      })
    },
  }
}

/** With a checksum, so that damage is found. */
function packed(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
}

function opened(bytes: Uint8Array): Uint8Array {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: ENTRY_BYTES_MAX })
  } catch {
    return refuse('storage-failed', 'an entry of the history of jobs is damaged')
  }
}

function edge<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw storageFault(error, 'the history of jobs')
  }
}
