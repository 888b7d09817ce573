import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createIdentity, type NodeIdentity } from './network/identity/identity.ts'
import type { KeyKeeper } from './ports/key-keeper.ts'
import type { Settings } from './ports/settings.ts'
import { FaultError, onlyFault, refuse, type Fault } from './protocol/fault.ts'
import { PeerId } from './protocol/ids.ts'
import { isSystemError } from './protocol/system-error.ts'
import { machineClock } from './runtime/machine.ts'
import { restore } from './runtime/restore.ts'
import { DATABASE_FILE, storageFault } from './storage/database/database.ts'
import { checkFolder, repairFolder, type FolderRepaired, type RepairChoice } from './storage/folder-repair.ts'

export type { FolderRepaired }
import { loadOrCreateKey, readKey, refuseLostKey, type KeyProtection } from './storage/keys/key-file.ts'
import { openStorage, type Storage } from './storage/storage.ts'

/** Disk that blobs may take unless the user says otherwise. */
const QUOTA_BYTES = 20 * 2 ** 30

/** The peer's key inside its data folder. */
const KEY_FILE = 'peer.key'

/** Where the database remembers whose it is, so that it opens with no other key. */
const OWNER_KEY = 'owner'

/** How a peer's folder is opened. */
export interface FolderOptions {
  /** The data folder; created when it is not there. */
  readonly folder: string
  readonly quotaBytes?: number
  readonly passphrase?: string
  /** Where the host has a keychain: it seals a key that is made, and opens one that it sealed. */
  readonly keyKeeper?: KeyKeeper
}

/** A peer's folder, opened. */
export interface OpenedFolder {
  readonly storage: Storage
  readonly identity: NodeIdentity
  readonly quotaBytes: number
}

/**
 * Opens a peer's folder, or makes it. Nothing in it changes before all that is damaged was found.
 * @throws FaultError `storage-failed` with one line that says what is wrong and what can be done; `bad-input` for a wrong
 *   passphrase
 */
export async function openPeerFolder(options: FolderOptions): Promise<OpenedFolder> {
  const { folder, quotaBytes = QUOTA_BYTES } = options
  const keyPath = join(folder, KEY_FILE)
  const known = await readKey(keyPath, protectionOf(options))
  // The key is made after the database, so that a folder with a key had one.
  const storage = await openStorage({
    folder,
    quotaBytes,
    clock: machineClock,
    mustExist: known !== undefined,
  })
  try {
    if (known === undefined && hasHistory(storage)) refuseLostKey(keyPath, 'is missing')
    const seed = known ?? (await loadOrCreateKey(keyPath, protectionOf(options))).seed
    const identity = createIdentity(seed)
    refuseOtherOwner(storage.settings, identity.peer, keyPath)
    storage.settings.write(OWNER_KEY, identity.peer)
    return { storage, identity, quotaBytes }
  } catch (error) {
    await storage.close()
    throw error
  }
}

function hasHistory({ journal }: Storage): boolean {
  if (journal.latestSnapshot() !== undefined) return true
  for (const _ of journal.readAfter(0)) return true
  return false
}

function refuseOtherOwner(settings: Pick<Settings, 'read'>, me: PeerId, keyPath: string): void {
  const owner = settings.read(OWNER_KEY, PeerId)
  if (owner === undefined || owner === me) return
  refuseLostKey(keyPath, `is the key of ${me}, and the folder belongs to ${owner}`)
}

function protectionOf({ passphrase, keyKeeper: keeper }: FolderOptions): KeyProtection {
  return {
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(keeper === undefined ? {} : { keeper }),
  }
}

/**
 * Looks at all that a start looks at, key, database, journal, snapshot and settings, and changes nothing of them.
 * @returns what else there is to say of the folder, a line each
 * @throws FaultError `storage-failed` with all that is damaged and what can be done; `bad-input` for no peer's folder
 */
export async function checkDataFolder(options: FolderOptions): Promise<readonly string[]> {
  const { folder } = options
  const keyPath = join(folder, KEY_FILE)
  refuseNoPeers(folder)
  const notes: string[] = []
  const faults: Fault[] = []
  const key = await readKey(keyPath, protectionOf(options)).catch((error: unknown) => {
    const fault = onlyFault(error)
    // A key that is sealed is not damaged by that; only who has what opens it can tell.
    const isSealed = fault.kind === 'bad-input' && options.passphrase === undefined
    if (isSealed) notes.push(`the key was not checked: ${fault.message}`)
    else faults.push(fault)
    return undefined
  })
  const me = key === undefined ? undefined : createIdentity(key).peer
  try {
    if (!existsSync(keyPath)) faults.push(faultIn(() => refuseLostKey(keyPath, 'is missing')))
    const found = checkFolder(folder, ({ journal, settings }) => {
      if (me === undefined) return
      refuseOtherOwner(settings, me, keyPath)
      restore(journal, me, '')
    })
    notes.push(...found)
  } catch (error) {
    faults.push(onlyFault(error))
  }
  const [first] = faults
  if (first === undefined) return notes
  throw new FaultError({ kind: first.kind, message: faults.map(({ message }) => message).join('. Also: ') })
}

function faultIn(refusal: () => never): Fault {
  try {
    return refusal()
  } catch (error) {
    return onlyFault(error)
  }
}

/**
 * Repairs a peer's data folder as its user chose; no peer may be running on it.
 * @returns undefined where there was nothing to repair in the chosen way
 * @throws FaultError `storage-failed`, and nothing was changed then; `bad-input` for no peer's folder
 */
export function repairDataFolder(folder: string, choice: RepairChoice): FolderRepaired | undefined {
  refuseNoPeers(folder)
  const moment = new Date(machineClock.nowMs()).toISOString().replaceAll(/[:.]/g, '-')
  return repairFolder(folder, choice, { name: `before-repair-${moment}`, keyFile: KEY_FILE })
}

function refuseNoPeers(folder: string): void {
  try {
    accessSync(folder, constants.X_OK)
  } catch (error) {
    if (!isSystemError(error) || !['ENOENT', 'ENOTDIR'].includes(error.code))
      throw storageFault(error, folder)
  }
  if ([KEY_FILE, DATABASE_FILE].some((name) => existsSync(join(folder, name)))) return
  refuse('bad-input', `${folder} is no data folder of a peer`)
}
