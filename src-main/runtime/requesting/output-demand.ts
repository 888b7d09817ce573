import type { WantedOutput } from '../../peer/effect.ts'
import { isUnderWay } from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import type { JobId } from '../../protocol/ids.ts'
import { sealedBytes } from '../../protocol/sealed-bytes.ts'
import { runLimits } from '../executing/run-limits.ts'

/** Whether a job still wants an output. */
export function isOutputWanted(
  { requester: { jobs } }: PeerState,
  id: JobId,
  { unit, cid }: WantedOutput,
): boolean {
  const job = jobs.get(id)
  if (job === undefined || !isUnderWay(job)) return false
  const verified = job.units.get(unit)?.verified
  return verified?.cid === cid && !verified.stored
}

/** The most bytes that one output of a job may have, by its manifest; 0 of a job that is gone. */
export function outputBytesMax({ requester: { jobs } }: PeerState, id: JobId): number {
  const job = jobs.get(id)
  if (job === undefined) return 0
  const { outputBytesMax: bytes } = runLimits(job.manifest)
  return job.manifest.encryption === undefined ? bytes : sealedBytes(bytes)
}
