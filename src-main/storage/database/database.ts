import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { assert, FaultError, refuse } from '../../protocol/fault.ts'
import { isSystemError, systemWords } from '../../protocol/system-error.ts'
import { FILE_MODE, makePrivateFile, makePrivateFolder } from './private-files.ts'
import { repairStep } from './repair-step.ts'
import { isLogHeadIntact } from './log-head.ts'

/** The one SQLite connection of a peer. */
export type PeerDatabase = Database.Database

/** The database's file inside the peer's folder. */
export const DATABASE_FILE = 'meshwork.sqlite'

/** Marks the file as ours (`MESH`), so that another program's database is not migrated by mistake. */
const APPLICATION_ID = 0x4d455348
/** How long to wait for a peer that is just shutting down in the same folder. It blocks the start, so not long. */
const LOCK_WAIT_MS = 1_000
/** Larger files are not searched for damage at every start: it takes about a second per 500 MiB. */
const CHECK_BYTES_MAX = 64 << 20

/** The longest line of a fault. */
const FAULT_CHARACTERS_MAX = 2_000
/** Of what SQLite says of damage; it may list many pages. */
const FINDING_CHARACTERS_MAX = 200

const MIGRATIONS = join(import.meta.dirname, 'migrations')

/**
 * Opens the peer's database and brings it to this program's version. WAL with `synchronous=FULL`: a committed
 * transaction survives a power cut (https://sqlite.org/wal.html). The lock is exclusive, for two peers on one
 * folder would each believe a history of its own.
 *
 * @param folder the peer's folder; it is made when absent
 * @param options.migrations where the numbered `.sql` files lie
 * @param options.mustExist refuses instead of making a new database: the folder is a peer's already, and what is damaged
 *   stays as it is
 * @throws FaultError `storage-failed` with one clear line: the folder is not writable, the file belongs to a newer
 *   program or to another one, is damaged, or another running peer holds it
 */
export function openDatabase(
  folder: string,
  { migrations = MIGRATIONS, mustExist = false }: { migrations?: string; mustExist?: boolean } = {},
): PeerDatabase {
  const file = join(folder, DATABASE_FILE)
  // Before anything is opened for writing: SQLite takes an empty file for a new database, and throws its log away.
  if (mustExist) openForReading(folder).close()
  makeWritable(folder)
  let database: PeerDatabase | undefined
  try {
    // SQLite gives its log the mode of the database's file.
    closeSync(openSync(file, 'a', FILE_MODE))
    makePrivateFile(file)
    database = new Database(file, { timeout: LOCK_WAIT_MS })
    database.pragma('locking_mode = EXCLUSIVE')
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('foreign_keys = ON')
    checkOrigin(database, file)
    // Only readers share the log's index file; a leftover one is useless.
    rmSync(`${file}-shm`, { force: true })
    if (!mustExist) checkDamage(database, file)
    migrate(database, file, migrations)
    return database
  } catch (error) {
    database?.close()
    throw databaseFault(error, file)
  }
}

/**
 * Opens the database of a folder that is a peer's already, to look at it: neither the database nor its log changes.
 *
 * @param options.isWhole looks for damage in a file of any size, however long it takes
 * @throws FaultError as `openDatabase` with `mustExist`
 */
export function openForReading(
  folder: string,
  { isWhole = false }: { isWhole?: boolean } = {},
): PeerDatabase {
  const file = join(folder, DATABASE_FILE)
  makeWritable(folder)
  let database: PeerDatabase | undefined
  try {
    const found = statSync(file, { throwIfNoEntry: false })
    if ((found?.size ?? 0) === 0) refuseToForget(file)
    if (found?.isFile() === false) throw damagedFault(file, 'it is not a file')
    makePrivateFile(file)
    checkLog(file)
    database = new Database(file, { readonly: true, timeout: LOCK_WAIT_MS })
    checkOrigin(database, file)
    if (formatOf(database) === 0) refuseToForget(file)
    checkDamage(database, file, isWhole)
    return database
  } catch (error) {
    database?.close()
    throw databaseFault(error, file)
  }
}

/**
 * Looks whether another peer runs on a folder, whatever state its database is in.
 * @throws FaultError `storage-failed` if one does
 */
export function refuseInUse(folder: string): void {
  const file = join(folder, DATABASE_FILE)
  makeWritable(folder)
  let database: PeerDatabase | undefined
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return
    database = new Database(file, { readonly: true, timeout: LOCK_WAIT_MS })
    formatOf(database)
  } catch (error) {
    const isHeld = error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
    if (isHeld) throw storageFault(error, file)
  } finally {
    database?.close()
  }
}

/** Whether the tables are as this program has them; opening for writing upgrades those of an older one. */
export function isOfThisFormat(database: PeerDatabase): boolean {
  return formatOf(database) === migrationSteps(MIGRATIONS).length
}

/**
 * A storage error as a fault with one clear line: `disk-full`, or `storage-failed` for all else. Faults pass unchanged, so
 * does every defect of our own.
 *
 * @param subject what was being read or written: a file's path, or a few words
 */
export function storageFault(error: unknown, subject: string): unknown {
  if (error instanceof FaultError) return error
  const line = failureLine(error, subject)
  if (line === undefined) return error
  const kind = isFull(error) ? 'disk-full' : 'storage-failed'
  return new FaultError({ kind, message: line.slice(0, FAULT_CHARACTERS_MAX) }, error)
}

/** Whether a fault says that there is no room left on the disk. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof FaultError && error.fault.kind === 'disk-full'
}

function isFull(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'SQLITE_FULL' || error.code === 'ENOSPC')
  )
}

function failureLine(error: unknown, subject: string): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const { code } = error
  if (code.startsWith('SQLITE_BUSY')) return `${subject} is in use by another running peer`
  if (isDamage(error)) return `${subject} is damaged: ${error.message}`
  if (isFull(error)) return `the disk is full: ${subject}`
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN'))
    return `${subject} is not writable`
  if (code.startsWith('SQLITE_')) return `${subject}: ${error.message} (${code})`
  return isSystemError(error) ? `${subject}: ${systemWords(error)}` : undefined
}

/** Whether SQLite found a database damaged, or to be none. */
function isDamage(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false
  return error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB'
}

/**
 * A fault of a peer's damaged database, with the next step; anything else as `storageFault` has it.
 * @param file the database's path, inside the peer's folder
 */
export function databaseFault(error: unknown, file: string): unknown {
  return isDamage(error)
    ? damagedFault(file, error instanceof Error ? error.message : '', error)
    : storageFault(error, file)
}

function damagedFault(file: string, finding: string, cause?: unknown): FaultError {
  const message =
    `${file} is damaged (${finding.replace(/\s+/g, ' ').slice(0, FINDING_CHARACTERS_MAX)}). Put back a copy of it; without one, forget ` +
    `all that it had and keep the key: ${repairStep(dirname(file), 'begin-anew')}`
  return new FaultError({ kind: 'storage-failed', message: message.slice(0, FAULT_CHARACTERS_MAX) }, cause)
}

/**
 * Makes a folder of this user's alone, or looks whether one that is there can be written to.
 * @throws FaultError `storage-failed`
 */
export function makeWritable(folder: string): void {
  try {
    makePrivateFolder(folder)
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    if (error instanceof FaultError) throw error
    refuse('storage-failed', `${folder} is not a folder that can be written to`, error)
  }
}

function checkOrigin(database: PeerDatabase, file: string): void {
  const id = database.pragma('application_id', { simple: true })
  if (id === APPLICATION_ID) return
  const { tables } = database
    .prepare<[], { tables: number }>('SELECT count(*) AS tables FROM sqlite_schema')
    .get() ?? { tables: 0 }
  if (id === 0 && tables === 0) return
  refuse(
    'storage-failed',
    `${file} belongs to another program. Put the peer's own file back; without it, begin anew with the same key, which keeps ` +
      `this one aside: ${repairStep(dirname(file), 'begin-anew')}`,
  )
}

function checkDamage(database: PeerDatabase, file: string, isWhole = false): void {
  if (!isWhole && statSync(file).size > CHECK_BYTES_MAX) return
  const finding = database.pragma('quick_check(1)', { simple: true })
  if (finding !== 'ok') throw damagedFault(file, String(finding))
}

/** SQLite takes a log whose head is damaged for an empty one, and would write over what is in it. */
function checkLog(file: string): void {
  if (isLogHeadIntact(`${file}-wal`)) return
  refuse(
    'storage-failed',
    `${file}-wal is damaged: the newest of what this peer did is in it. Put back a copy of it; without one, go back to the ` +
      `moment before it: ${repairStep(dirname(file), 'drop-after')}`,
  )
}

/** A peer that opened as a new one would lose its contacts, blocks and jobs. */
function refuseToForget(file: string): never {
  refuse(
    'storage-failed',
    `${file} is missing or empty, but its folder has a peer's key: opened like this, the peer would have forgotten whom ` +
      `it trusts and blocks. Put the file back, or begin anew with the same key: ${repairStep(dirname(file), 'begin-anew')}`,
  )
}

/** How many migrations a database has seen; 0 for a new one. */
function formatOf(database: PeerDatabase): number {
  return Number(database.pragma('user_version', { simple: true }))
}

function migrationSteps(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.+\.sql$/.test(name))
    .sort()
}

function migrate(database: PeerDatabase, file: string, folder: string): void {
  const steps = migrationSteps(folder)
  const version = formatOf(database)
  if (version > steps.length) {
    refuse(
      'storage-failed',
      `${file} was written by a newer Meshwork (format ${version}, this one knows ${steps.length})`,
    )
  }
  for (const [index, name] of steps.entries()) {
    assert(Number(name.slice(0, 4)) === index + 1, `migration ${name} is number ${index + 1}`)
    if (index < version) continue
    const sql = readFileSync(join(folder, name), 'utf8')
    database.transaction(() => {
      database.exec(sql)
      database.pragma(`application_id = ${APPLICATION_ID}`)
      database.pragma(`user_version = ${index + 1}`)
    })()
  }
}
