import { refuse } from '../../protocol/fault.ts'
import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import type { JobKey } from '../../protocol/job-key.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { loadManifest, openManifest } from '../blobs/job-blobs.ts'
import type { ExecutorDependencies } from './executor-dependencies.ts'
import type { UnitInputs, Want } from './unit-inputs.ts'

/** A job's manifest with its secret part, and the key of an encrypted job. */
export interface OpenedManifest {
  readonly manifest: JobManifest
  readonly key?: JobKey
}

/**
 * Fetches a job's manifest, and opens its secret part.
 * @throws FaultError `malformed` for another job's manifest, `not-opened` without the key, or as `UnitInputs.bring` does
 */
export async function bringManifest(
  { blobs, keyOf, unitInputs }: Pick<ExecutorDependencies, 'blobs' | 'keyOf'> & { unitInputs: UnitInputs },
  requester: PeerId,
  job: JobId,
  cid: Cid,
  want: Want,
): Promise<OpenedManifest> {
  await unitInputs.bring(cid, want)
  const manifest = await loadManifest(blobs, cid)
  if (manifest.requester_id !== requester || manifest.job_id !== job) {
    refuse('malformed', 'the manifest is of another job')
  }
  const { encryption } = manifest
  if (encryption === undefined) return { manifest }
  const key = keyOf(requester, job)
  if (key === undefined) refuse('not-opened', 'the job is encrypted, and no award brought its key')
  await unitInputs.bring(encryption.secrets, want)
  return { manifest: await openManifest(blobs, manifest, encryption, key), key }
}
