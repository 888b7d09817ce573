import type { PeerEvent } from '../../peer/event.ts'
import type { JobState, TakenUnit } from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { overDay } from '../../peer/requester/time-limit.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { TurnClock } from '../../ports/clock.ts'
import type { JobKeys, KeyedJob } from '../../ports/job-keys.ts'
import { refuse } from '../../protocol/fault.ts'
import { comparatorOf } from '../../protocol/comparator.ts'
import type { Cid, JobId } from '../../protocol/ids.ts'
import type { JobKey } from '../../protocol/job-key.ts'
import { encodeManifest } from '../../protocol/job-manifest.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { JOB_PIN, jobPin, keptPin } from '../blobs/blob-rights.ts'
import { createJobPreparation } from './job-preparation.ts'
import type { JobRecords } from './job-records.ts'
import { keepAll } from './kept-blobs.ts'

/** Keeps the blobs of the user's own jobs, and the keys of the encrypted ones. */
export interface OwnJobs {
  /** As `PeerRuntime.submit`. */
  submit(
    asked: JobManifest,
    alsoKeep: readonly Cid[],
    key: JobKey | undefined,
    taken?: readonly TakenUnit[],
  ): Promise<{ job: JobId; manifestCid: Cid }>
  /** The key of an encrypted job; undefined of others. @throws FaultError `storage-failed` when it is lost */
  keyOf(job: JobState | undefined): JobKey | undefined
  /** Whether a job's key is lost: its units can no longer be given to providers, nor its outputs be opened. */
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
  jobs,
  blobs,
  keys,
  clock,
  dispatch,
  dropKey,
}: {
  readonly state: PeerState
  readonly jobs: JobRecords
  readonly blobs: BlobStore
  readonly keys: JobKeys
  readonly clock: TurnClock
  readonly dispatch: (event: PeerEvent) => Promise<void>
  readonly dropKey: (job: KeyedJob) => void
}): OwnJobs {
  const submitting = new Set<JobId>()
  const keyed = (job: JobId): KeyedJob => ({ requester: state.me, job })

  const prepare = createJobPreparation({ state, jobs, blobs, keys, clock, letGo })

  function letGo(job: JobId): void {
    blobs.unpin(jobPin(job))
    blobs.unpin(keptPin(job))
    dropKey(keyed(job))
  }

  async function submit(
    asked: JobManifest,
    alsoKeep: readonly Cid[],
    key: JobKey | undefined,
    taken: readonly TakenUnit[] = [],
  ): Promise<{ job: JobId; manifestCid: Cid }> {
    const known = key === undefined ? jobs.find(asked.job_id) : undefined
    if (known !== undefined) return { job: asked.job_id, manifestCid: known.manifestCid }
    mustFitPolicy(asked, state)
    const { manifest, parts } = await prepare(asked, key)
    const manifestCid = await blobs.putStructure(encodeManifest(manifest))
    const { job_id: job } = manifest
    const needed = [manifestCid, ...blobsOf(manifest, parts)]
    const missing =
      (await keepAll(blobs, clock, needed, jobPin(job))) ??
      (await keepAll(blobs, clock, [...alsoKeep, ...comparingModule(asked)], keptPin(job)))
    if (missing !== undefined) {
      // The blobs of a job that was submitted before are its own.
      if (!jobs.has(job)) letGo(job)
      refuse('blob-missing', `input ${missing} is not in the store`)
    }
    await dispatch(submission(manifest, manifestCid, taken, clock.nowMs()))
    return { job, manifestCid }
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
        if (!jobs.has(owner.slice(JOB_PIN.length) as JobId)) blobs.unpin(owner)
      }
    },
    isKeyLost(id) {
      const isEncrypted = jobs.find(id)?.manifest.encryption !== undefined
      return isEncrypted && keys.find(keyed(id)) === undefined
    },
    isSubmitting: (job) => submitting.has(job),
    async submit(asked, alsoKeep, key, taken) {
      if (key === undefined) return submit(asked, alsoKeep, key, taken)
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

/** The event that opens a job's units, but those that it takes over. */
function submission(
  manifest: JobManifest,
  manifest_cid: Cid,
  taken: readonly TakenUnit[],
  at_ms: number,
): PeerEvent {
  const event = { kind: 'job-submitted', at_ms, manifest, manifest_cid } as const
  return taken.length === 0 ? event : { ...event, taken: [...taken] }
}

/** @throws FaultError `bad-input` for a job whose units take too long, or that asks for too few peers to compute each */
function mustFitPolicy(asked: JobManifest, { policy }: PeerState): void {
  const tooLong = overDay(asked)
  if (tooLong !== undefined) refuse('bad-input', tooLong)
  const { redundancy_min } = policy.verification
  if (asked.verification_redundancy >= redundancy_min) return
  refuse('bad-input', `each unit must be computed by ${redundancy_min} peers at least, by this peer's policy`)
}

/** The module by which outputs of a job are compared here, where there is one: its providers do not need it. */
function comparingModule({ comparator: named }: JobManifest): Cid[] {
  const comparator = comparatorOf(named)
  return comparator?.name === 'module' ? [comparator.cid] : []
}

/** The blobs that a manifest names, and the parts in its list. */
function blobsOf({ inputs, parts: list, encryption }: JobManifest, parts: readonly Cid[]): Cid[] {
  return [
    ...Object.values(inputs),
    ...(list === undefined ? [] : [list, ...parts]),
    ...(encryption ? [encryption.secrets] : []),
  ]
}
