import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Journal } from '../ports/journal.ts'
import type { Settings } from '../ports/settings.ts'
import { onlyFault } from '../protocol/fault.ts'
import {
  DATABASE_FILE,
  isOfThisFormat,
  makeWritable,
  openDatabase,
  openForReading,
  refuseInUse,
  storageFault,
  type PeerDatabase,
} from './database/database.ts'
import {
  inspectJournal,
  openJournal,
  repairJournal,
  type JournalChoice,
  type JournalRepair,
} from './journal/journal.ts'
import { isLogHeadIntact } from './database/log-head.ts'
import { makePrivateFolder } from './database/private-files.ts'
import { openSettings } from './database/settings.ts'
import { BLOB_FOLDER } from './storage.ts'

/**
 * The user's choices for a folder that does not open: see `repairJournal`; a new history under the same key; or a new
 * key as well.
 */
export type RepairChoice = JournalChoice | 'begin-anew' | 'new-identity'

/** The result of a repair, and where the removed files are. */
export interface FolderRepaired {
  readonly kept: number
  readonly lost: number
  readonly backup: string
}

/** The database's files; the log may hold what is not in the database yet. */
const FILES = [DATABASE_FILE, `${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`]

/** A folder's contents, to be looked at. */
export interface FolderContents {
  readonly journal: Pick<Journal, 'latestSnapshot' | 'readAfter'>
  readonly settings: Pick<Settings, 'read'>
}

/** The repairs that the next start makes by itself; one line each, for people. */
export type FolderNote = string

/**
 * Looks whether a peer's database opens, and changes nothing of it.
 * @param look at what is in it; called only where this program wrote it
 * @returns what the next start will do to it by itself
 * @throws FaultError `storage-failed` that says what is wrong and what can be done; what `look` throws
 */
export function checkFolder(
  folder: string,
  look: (contents: FolderContents) => void = () => undefined,
): readonly FolderNote[] {
  const blobs = join(folder, BLOB_FOLDER)
  if (existsSync(blobs)) makeWritable(blobs)
  const database = openForReading(folder, { isWhole: true })
  try {
    if (!isOfThisFormat(database)) {
      return [
        'the database is of an older Meshwork: the next start upgrades it, and only then its journal can be checked',
      ]
    }
    const { journal, repairs } = inspectJournal(database)
    look({ journal, settings: openSettings(database) })
    return [...repairs.map(repairNote), ...settingNotes(database)]
  } finally {
    database.close()
  }
}

function repairNote(repair: JournalRepair): FolderNote {
  return repair.kind === 'tail-cut'
    ? `the next start cuts ${repair.records} records that were torn at the journal's end`
    : `the next start drops a damaged snapshot (${repair.sequence}); an older one and the journal give the same state`
}

function settingNotes(database: PeerDatabase): FolderNote[] {
  const count = database
    .prepare<[], number>('SELECT count(*) FROM setting WHERE NOT json_valid(value)')
    .pluck()
    .get()
  return count === undefined || count === 0 ? [] : [`${count} settings are damaged: their defaults apply`]
}

/**
 * Makes a peer's folder one that opens again, as its user chose. What it was is kept beside it: a copy of the database, or
 * all that is given up, moved.
 *
 * @param options.name what the copy's folder is called: of this moment, so that no earlier copy is replaced
 * @param options.keyFile the name of the peer's key
 * @returns undefined where there are no damaged records, so that nothing was done
 * @throws FaultError `storage-failed`: nothing was changed then
 */
export function repairFolder(
  folder: string,
  choice: RepairChoice,
  { name, keyFile }: { name: string; keyFile: string },
): FolderRepaired | undefined {
  refuseInUse(folder)
  if ((choice === 'keep-after' || choice === 'drop-after') && isWhole(folder)) return undefined
  const backup = join(folder, name)
  const undo: (() => void)[] = []
  const copy = (file: string): void => {
    const [path, kept] = [join(folder, file), join(backup, file)]
    if (!existsSync(path)) return
    copyFileSync(path, kept)
    undo.push(() => copyFileSync(kept, path))
  }
  const move = (file: string): void => {
    const [path, kept] = [join(folder, file), join(backup, file)]
    if (!existsSync(path)) return
    renameSync(path, kept)
    undo.push(() => renameSync(kept, path))
  }
  try {
    makePrivateFolder(backup)
    undo.push(() => rmSync(backup, { recursive: true }))
    if (choice === 'keep-after' || choice === 'drop-after') {
      for (const file of FILES) copy(file)
      undo.push(() => {
        for (const file of FILES) rmSync(join(folder, file), { force: true })
      })
      return { ...repairCopied(folder, choice), backup }
    }
    // Blobs that the database does not know would be swept away at the next start.
    for (const file of [...FILES, BLOB_FOLDER]) move(file)
    // With its key the copy is a whole data folder, which could be put back.
    if (choice === 'new-identity') move(keyFile)
    else copy(keyFile)
    if (choice === 'begin-anew') openDatabase(folder).close()
    return { kept: 0, lost: 0, backup }
  } catch (error) {
    for (const step of undo.reverse()) step()
    throw storageFault(error, backup)
  }
}

/** Whether a database opens and the next start puts nothing right in it. */
function isWhole(folder: string): boolean {
  try {
    return checkFolder(folder).length === 0
  } catch (error) {
    onlyFault(error)
    return false
  }
}

/** Repairs a database of which there is a copy. */
function repairCopied(folder: string, choice: JournalChoice): Omit<FolderRepaired, 'backup'> {
  const log = join(folder, `${DATABASE_FILE}-wal`)
  const isLogLost = choice === 'drop-after' && !isLogHeadIntact(log)
  if (isLogLost) rmSync(log)
  const database = openDatabase(folder, { mustExist: true })
  try {
    const done = repairJournal(database, choice)
    openJournal(database)
    return done
  } finally {
    database.close()
  }
}
