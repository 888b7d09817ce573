import type { PeerEvent } from '../../peer/event.ts'
import type { JobState, PeerState } from '../../peer/state.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { JobKeys, KeyedJob } from '../../ports/job-keys.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid, JobId } from '../../protocol/ids.ts'
import type { JobKey } from '../../protocol/job-key.ts'
import { encodeManifest } from '../../protocol/job-manifest.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { JOB_PIN, jobPin, keptPin } from '../blobs/blob-rights.ts'
import { withInputBytes } from './input-bytes.ts'
import { loadParts } from '../blobs/job-blobs.ts'
import { sealJob, type SealedJob } from './job-sealer.ts'

/** Blobs of a job that are kept in one go: a job may have tens of thousands, and this peer answers meanwhile. */
const PINS_TOGETHER = 4_096

/** What this peer keeps for its user's own jobs: their blobs, and the keys of those that are encrypted. */
export interface OwnJobs {
  /** As `PeerRuntime.submit`. */
  submit(
    asked: JobManifest,
    alsoKeep: readonly Cid[],
    key: JobKey | undefined,
  ): Promise<{ job: JobId; manifestCid: Cid }>
  /** The key of an encrypted job; undefined of others. @throws FaultError `storage-failed` when it is lost */
  keyOf(job: JobState | undefined): JobKey | undefined
  /** Whether a job is encrypted by a key that is here no longer: nobody can be given it, nor its outputs be opened. */
  isKeyLost(job: JobId): boolean
  /** Whether a job that is to be encrypted is being sealed, or written down. */
  isSubmitting(job: JobId): boolean
  /** Lets go of all blobs of a job, and of its key. */
  letGo(job: JobId): void
  /** Lets go of what was kept for a job that a crash kept from being submitted: sealing large inputs takes a while. */
  letGoOfUnsubmitted(): void
}

/** Creates it. */
export function createOwnJobs({
  state,
  blobs,
  keys,
  clock,
  dispatch,
  dropKey,
}: {
  readonly state: PeerState
  readonly blobs: BlobStore
  readonly keys: JobKeys
  readonly clock: Clock
  readonly dispatch: (event: PeerEvent) => Promise<void>
  readonly dropKey: (job: KeyedJob) => void
}): OwnJobs {
  /** What was sealed by the same half of a key: jobs that are submitted together share it. */
  const sealedInputs = new WeakMap<Uint8Array, Map<string, Cid>>()
  const submitting = new Set<JobId>()
  const keyed = (job: JobId): KeyedJob => ({ requester: state.me, job })

  /** Keeps blobs for an owner. @returns the first that is not here, if one is not */
  async function keepAll(cids: readonly Cid[], owner: string): Promise<Cid | undefined> {
    for (let at = 0; at < cids.length; at += PINS_TOGETHER) {
      const some = cids.slice(at, at + PINS_TOGETHER)
      const missing = some.find((cid) => !blobs.has(cid))
      if (missing !== undefined) return missing
      blobs.pin(some, owner)
      await new Promise((resolve) => setImmediate(resolve))
    }
    return undefined
  }

  function letGo(job: JobId): void {
    blobs.unpin(jobPin(job))
    blobs.unpin(keptPin(job))
    dropKey(keyed(job))
  }

  /** The manifest and parts of a job as they are kept and told. */
  async function kept(asked: JobManifest, key: JobKey | undefined): Promise<SealedJob> {
    const { parts: list, unit_count } = asked
    const split = list === undefined ? [] : await loadParts(blobs, list, unit_count)
    if (key === undefined) return { manifest: await withInputBytes(blobs, asked, split), parts: split }
    const { manifest, parts } = await sealed(asked, split, key)
    return { manifest: await withInputBytes(blobs, manifest, parts), parts }
  }

  async function submit(
    asked: JobManifest,
    alsoKeep: readonly Cid[],
    key: JobKey | undefined,
  ): Promise<{ job: JobId; manifestCid: Cid }> {
    const { manifest, parts } = await kept(asked, key)
    const manifestCid = await blobs.putStructure(encodeManifest(manifest))
    const { parts: list, encryption, inputs, job_id: job } = manifest
    const listed = [
      ...(list === undefined ? [] : [list, ...parts]),
      ...(encryption ? [encryption.secrets] : []),
    ]
    const needed = [manifestCid, ...Object.values(inputs), ...listed]
    const missing = (await keepAll(needed, jobPin(job))) ?? (await keepAll(alsoKeep, keptPin(job)))
    if (missing !== undefined) {
      // The blobs of a job that was submitted before are its own.
      if (!state.jobs.has(job)) letGo(job)
      refuse('blob-missing', `input ${missing} is not in the store`)
    }
    await dispatch({ kind: 'job-submitted', at_ms: clock.nowMs(), manifest, manifest_cid: manifestCid })
    return { job, manifestCid }
  }

  async function sealed(asked: JobManifest, split: readonly Cid[], key: JobKey): Promise<SealedJob> {
    const { job_id } = asked
    if (state.jobs.has(job_id)) refuse('bad-input', `there is a job ${job_id} already`)
    try {
      const known = sealedInputs.get(key.inputs) ?? new Map<string, Cid>()
      sealedInputs.set(key.inputs, known)
      const job = await sealJob(blobs, asked, split, key, { owner: jobPin(job_id) }, known)
      keys.keep(keyed(job_id), key)
      return job
    } catch (error) {
      letGo(job_id)
      throw error
    }
  }

  return {
    letGo,
    keyOf(job) {
      if (job?.manifest.encryption === undefined) return undefined
      const { job_id } = job.manifest
      return (
        keys.find(keyed(job_id)) ?? refuse('storage-failed', `the key of the encrypted job ${job_id} is lost`)
      )
    },
    letGoOfUnsubmitted() {
      for (const owner of blobs.owned(JOB_PIN)) {
        if (!state.jobs.has(owner.slice(JOB_PIN.length) as JobId)) blobs.unpin(owner)
      }
    },
    isKeyLost(id) {
      const isEncrypted = state.jobs.get(id)?.manifest.encryption !== undefined
      return isEncrypted && keys.find(keyed(id)) === undefined
    },
    isSubmitting: (job) => submitting.has(job),
    async submit(asked, alsoKeep, key) {
      if (key === undefined) return submit(asked, alsoKeep, key)
      const { job_id } = asked
      if (submitting.has(job_id)) refuse('bad-input', `the job ${job_id} is being submitted already`)
      submitting.add(job_id)
      try {
        return await submit(asked, alsoKeep, key)
      } finally {
        submitting.delete(job_id)
      }
    },
  }
}
