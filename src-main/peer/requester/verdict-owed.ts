import { z } from 'zod'
import { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import { UnitBits } from '../../protocol/unit-bits.ts'

/** A verdict about one provider's outputs for an ended job, which the provider does not have yet. */
export const VerdictOwed = z.object({
  provider: PeerId,
  job: JobId,
  manifestCid: Cid,
  won: UnitBits,
  lost: UnitBits,
  endedAtMs: z.number().min(0),
})
export type VerdictOwed = z.infer<typeof VerdictOwed>

/** The key of a verdict. */
export function verdictKey(provider: PeerId, job: JobId): string {
  return `${provider}/${job}`
}
