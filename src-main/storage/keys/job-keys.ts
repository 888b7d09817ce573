import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { JobKeys, KeyedJob } from '../../ports/job-keys.ts'
import { equalBytes } from '../../protocol/canonical.ts'
import { assert } from '../../protocol/fault.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import { KEY_BYTES, type JobKey } from '../../protocol/job-key.ts'
import { storageFault, type PeerDatabase } from '../database/database.ts'

/** AES-256-GCM as NIST SP 800-38D recommends it. */
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Sealed keys in a peer's database. */
export interface JobKeyTable {
  find(job: KeyedJob): Uint8Array | undefined
  /** @throws FaultError `storage-failed`, `disk-full` */
  keep(job: KeyedJob, sealed: Uint8Array): void
  drop(job: KeyedJob): void
  all(): KeyedJob[]
}

/** The table in an open database. */
export function openJobKeyTable(database: PeerDatabase): JobKeyTable {
  const find = database
    .prepare<[PeerId, JobId], Uint8Array>('SELECT sealed FROM job_key WHERE requester = ? AND job = ?')
    .pluck()
  const keep = database.prepare<[PeerId, JobId, Uint8Array]>(
    'INSERT OR REPLACE INTO job_key VALUES (?, ?, ?)',
  )
  const drop = database.prepare<[PeerId, JobId]>('DELETE FROM job_key WHERE requester = ? AND job = ?')
  const all = database.prepare<[], KeyedJob>('SELECT requester, job FROM job_key')
  const edge = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw storageFault(error, 'the keys of encrypted jobs')
    }
  }
  return {
    find: ({ requester, job }) => find.get(requester, job),
    keep: ({ requester, job }, sealed) => void edge(() => keep.run(requester, job, sealed)),
    drop: ({ requester, job }) =>
      edge(() => {
        database.pragma('secure_delete = ON')
        try {
          drop.run(requester, job)
        } finally {
          database.pragma('secure_delete = OFF')
        }
      }),
    all: () => all.all(),
  }
}

/**
 * Keys over a table, sealed by AES-256-GCM for the one job each.
 *
 * @param sealingKey 32 bytes that only this peer has
 */
export function createJobKeys(table: JobKeyTable, sealingKey: Uint8Array): JobKeys {
  const known = new Map<string, JobKey>()
  const nameOf = ({ requester, job }: KeyedJob): string => `${requester}/${job}`

  function seal(job: KeyedJob, { inputs, outputs }: JobKey): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, sealingKey, nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(Buffer.from(nameOf(job)))
    const sealed = [nonce, cipher.update(inputs), cipher.update(outputs), cipher.final(), cipher.getAuthTag()]
    return new Uint8Array(Buffer.concat(sealed))
  }

  function open(job: KeyedJob, sealed: Uint8Array): JobKey | undefined {
    const tagAt = sealed.byteLength - TAG_BYTES
    if (tagAt !== NONCE_BYTES + 2 * KEY_BYTES) return undefined
    const nonce = sealed.subarray(0, NONCE_BYTES)
    const decipher = createDecipheriv(CIPHER, sealingKey, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(nameOf(job)))
    decipher.setAuthTag(sealed.subarray(tagAt))
    try {
      const opened = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, tagAt)), decipher.final()])
      const [inputs, outputs] = [opened.subarray(0, KEY_BYTES), opened.subarray(KEY_BYTES)]
      return { inputs: new Uint8Array(inputs), outputs: new Uint8Array(outputs) }
    } catch {
      // Another peer's, or damaged: as good as none.
      return undefined
    }
  }

  return {
    keep(job, key) {
      assert(
        key.inputs.byteLength === KEY_BYTES && key.outputs.byteLength === KEY_BYTES,
        'a key has its length',
      )
      const before = this.find(job)
      if (before !== undefined && isSameKey(before, key)) return
      table.keep(job, seal(job, key))
      known.set(nameOf(job), { inputs: key.inputs.slice(), outputs: key.outputs.slice() })
    },
    find(job) {
      const here = known.get(nameOf(job))
      if (here !== undefined) return here
      const sealed = table.find(job)
      const opened = sealed === undefined ? undefined : open(job, sealed)
      if (opened !== undefined) known.set(nameOf(job), opened)
      return opened
    },
    drop(job) {
      table.drop(job)
      const key = known.get(nameOf(job))
      key?.inputs.fill(0)
      key?.outputs.fill(0)
      known.delete(nameOf(job))
    },
    all: () => table.all(),
  }
}

function isSameKey(a: JobKey, b: JobKey): boolean {
  return equalBytes(a.inputs, b.inputs) && equalBytes(a.outputs, b.outputs)
}
