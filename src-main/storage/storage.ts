import { join } from 'node:path'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { History } from '../ports/history.ts'
import type { Journal } from '../ports/journal.ts'
import type { Settings } from '../ports/settings.ts'
import { openBlobStore, type BlobRepair } from './blobs/blob-store.ts'
import { openDatabase } from './database/database.ts'
import { openJobKeyTable, type JobKeyTable } from './keys/job-keys.ts'
import { openHistory } from './history/history.ts'
import { openEnvelopeTable, type EnvelopeTable } from './envelope-table.ts'
import { createGroupCommit } from './database/group-commit.ts'
import { openJournal, type JournalRepair } from './journal/journal.ts'
import { openSettings } from './database/settings.ts'

/** Blobs lie in this folder inside the peer's. A compute host may read there, and nowhere else in it. */
export const BLOB_FOLDER = 'blobs'

/** Everything a peer keeps on disk. */
export interface Storage {
  readonly journal: Journal
  readonly blobs: BlobStore
  readonly settings: Settings
  /** Own jobs that have ended. */
  readonly history: History
  /** The latest publications of contacts. */
  readonly envelopes: EnvelopeTable
  /** Keys of encrypted jobs, sealed. */
  readonly jobKeys: JobKeyTable
  /** Where blobs lie. */
  readonly blobFolder: string
  /** Damage that opening found and repaired, for the user to be told. */
  readonly repairs: readonly (JournalRepair | BlobRepair)[]
  /** Closes all of it; later calls do nothing. */
  close(): Promise<void>
}

/**
 * Opens a peer's storage: `meshwork.sqlite` and `blobs/` in its folder, made when absent.
 *
 * @param options.quotaBytes how much room blobs may take
 * @param options.mustExist refuses a folder without a database instead of making a new one
 * @throws FaultError `storage-failed`: see `openDatabase`, `openJournal`
 * @example
 * const { journal, blobs, settings, close } = await openStorage({ folder, quotaBytes: 10 * 2 ** 30, clock })
 */
export async function openStorage(options: {
  folder: string
  quotaBytes: number
  clock: Pick<Clock, 'nowMs'>
  mustExist?: boolean
}): Promise<Storage> {
  const { folder, quotaBytes, clock, mustExist = false } = options
  const database = openDatabase(folder, { mustExist })
  try {
    const commits = createGroupCommit(database)
    const { journal, repairs } = openJournal(database, commits)
    const blobFolder = join(folder, BLOB_FOLDER)
    const store = await openBlobStore({
      database,
      commits,
      folder: blobFolder,
      quotaBytes,
      nowMs: () => clock.nowMs(),
    })
    const { blobs } = store
    let closing: Promise<void> | undefined
    return {
      journal,
      blobs,
      settings: openSettings(database),
      history: openHistory(database, commits),
      envelopes: openEnvelopeTable(database),
      jobKeys: openJobKeyTable(database),
      blobFolder,
      repairs: [...repairs, ...store.repairs],
      close() {
        closing ??= (async () => {
          journal.close()
          await blobs.close()
          database.close()
        })()
        return closing
      },
    }
  } catch (error) {
    database.close()
    throw error
  }
}
