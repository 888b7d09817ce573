import type { PeerState } from '../../peer/state.ts'
import type { JobRecords } from './job-records.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { JobKeys } from '../../ports/job-keys.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid, JobId } from '../../protocol/ids.ts'
import type { JobKey } from '../../protocol/job-key.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { jobPin } from '../blobs/blob-rights.ts'
import { loadParts } from '../blobs/job-blobs.ts'
import { withInputBytes } from './input-bytes.ts'
import { sealJob, type SealedJob } from './job-sealer.ts'

/** Creates a function that makes the manifest and parts of a job as they are kept and told: sealed, if there is a key. */
export function createJobPreparation({
  state,
  jobs,
  blobs,
  keys,
  letGo,
}: {
  readonly state: PeerState
  readonly jobs: Pick<JobRecords, 'has'>
  readonly blobs: BlobStore
  readonly keys: JobKeys
  /** Lets go of the blobs and the key of a job that could not be sealed. */
  readonly letGo: (job: JobId) => void
}): (asked: JobManifest, key: JobKey | undefined) => Promise<SealedJob> {
  /** Inputs sealed by the same half of a key: jobs that are submitted together share it. */
  const sealedInputs = new WeakMap<Uint8Array, Map<string, Cid>>()

  async function sealed(asked: JobManifest, split: readonly Cid[], key: JobKey): Promise<SealedJob> {
    const { job_id } = asked
    if (jobs.has(job_id)) refuse('bad-input', `there is a job ${job_id} already`)
    try {
      const known = sealedInputs.get(key.inputs) ?? new Map<string, Cid>()
      sealedInputs.set(key.inputs, known)
      const job = await sealJob(blobs, asked, split, key, { owner: jobPin(job_id) }, known)
      keys.keep({ requester: state.me, job: job_id }, key)
      return job
    } catch (error) {
      letGo(job_id)
      throw error
    }
  }

  return async (asked, key) => {
    const { parts: list, unit_count } = asked
    const split = list === undefined ? [] : await loadParts(blobs, list, unit_count)
    if (key === undefined) return { manifest: await withInputBytes(blobs, asked, split), parts: split }
    const { manifest, parts } = await sealed(asked, split, key)
    return { manifest: await withInputBytes(blobs, manifest, parts), parts }
  }
}
