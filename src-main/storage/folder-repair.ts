import { copyFileSync, existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DATABASE_FILE, openDatabase, storageFault } from './database.ts'
import { openJournal, repairJournal, type JournalChoice } from './journal.ts'
import { makePrivateFolder } from './private-files.ts'

/** What a user may choose for a folder that does not open: see `repairJournal`, or a new history under the same key. */
export type RepairChoice = JournalChoice | 'begin-anew'

/** What a repair did, and where the database is as it was before. */
export interface FolderRepaired {
  readonly kept: number
  readonly lost: number
  readonly backup: string
}

/** The database's files; the log may hold what is not in the database yet. */
const FILES = [DATABASE_FILE, `${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`]

/**
 * Looks whether a peer's database opens, without a repair that its user has not chosen.
 * @throws FaultError `storage-failed` that says what is wrong and what can be done
 */
export function checkFolder(folder: string): void {
  const database = openDatabase(folder, { mustExist: true })
  try {
    openJournal(database)
  } finally {
    database.close()
  }
}

/**
 * Makes a peer's folder one that opens again, as its user chose. The database as it was is kept beside it.
 * @param name what the copy's folder is called: of this moment, so that no earlier copy is replaced
 * @throws FaultError `storage-failed`: nothing was changed then
 */
export function repairFolder(folder: string, choice: RepairChoice, name: string): FolderRepaired {
  const backup = join(folder, name)
  try {
    makePrivateFolder(backup)
    for (const file of FILES) {
      const path = join(folder, file)
      if (!existsSync(path)) continue
      if (choice === 'begin-anew') renameSync(path, join(backup, file))
      else copyFileSync(path, join(backup, file))
    }
  } catch (error) {
    throw storageFault(error, backup)
  }
  const database = openDatabase(folder, { mustExist: choice !== 'begin-anew' })
  try {
    const done = choice === 'begin-anew' ? { kept: 0, lost: 0 } : repairJournal(database, choice)
    openJournal(database)
    return { ...done, backup }
  } finally {
    database.close()
  }
}
