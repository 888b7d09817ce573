import type { DeadlineMs, UnitNeeds } from '#contract'
import type { BlobStore } from '../ports/blob-store.ts'
import { refuse } from '../protocol/fault.ts'
import type { JobKey } from '../protocol/job-key.ts'
import { newJobKey } from '../runtime/requesting/job-sealer.ts'
import type { Cid } from '../protocol/ids.ts'
import type { ComputeResource } from '../protocol/resource.ts'
import { toTimestamp } from '../protocol/time.ts'
import type { JobManifest } from '../protocol/work.ts'

/** Where, until when and how openly a request wants its units computed. */
export interface AskedPlacement {
  readonly deadline_ms?: DeadlineMs
  readonly dataset?: Cid
  readonly needs?: UnitNeeds
  readonly encrypt?: boolean
}

/** The parts of a manifest that say so. @param resources what units of this kind need anyway */
export function placementOf(
  { deadline_ms, dataset, needs }: AskedPlacement,
  resources: ComputeResource,
): Pick<JobManifest, 'required_resources' | 'required_dataset' | 'deadline'> {
  return {
    required_resources: { ...resources, ...needs },
    ...(dataset === undefined ? {} : { required_dataset: dataset }),
    ...(deadline_ms === undefined ? {} : { deadline: toTimestamp(deadline_ms) }),
  }
}

/** The dataset, to be kept as long as the job: this peer holds it, so others may ask it for it. */
export function keptDataset({ dataset }: AskedPlacement, blobs: Pick<BlobStore, 'has'>): Cid[] {
  return dataset !== undefined && blobs.has(dataset) ? [dataset] : []
}

/**
 * A new key for a job that is to be encrypted; undefined for others.
 * @param sibling another key of the same request
 * @throws FaultError `bad-input` together with a dataset
 */
export function keyFor({ encrypt, dataset }: AskedPlacement, sibling?: JobKey): JobKey | undefined {
  if (encrypt !== true) return undefined
  if (dataset !== undefined)
    refuse('bad-input', 'an encrypted job cannot go by a dataset: who holds one has it in the open')
  return newJobKey(sibling)
}
