import { z } from 'zod'
import { Cid, JobId, PeerId } from './ids.ts'
import { Timestamp } from './time.ts'
import { countCommon, UnitBits } from './unit-bits.ts'

/**
 * What became of the outputs that one provider returned for a job, signed by the job's requester at its end. It is the word of
 * that requester about its own job, and proves nothing else.
 */
export const JobVerdict = z
  .object({
    job_id: JobId,
    requester_id: PeerId,
    provider_id: PeerId,
    manifest_cid: Cid,
    /** Units of which the provider's output was verified. */
    won: UnitBits,
    /** Units of which its output was rejected. */
    lost: UnitBits,
    /** When the job ended. */
    timestamp: Timestamp,
  })
  .refine(({ won, lost }) => countCommon(won, lost) === 0, 'a unit that was won and lost')
export type JobVerdict = z.infer<typeof JobVerdict>
