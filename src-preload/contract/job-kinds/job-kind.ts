import { z } from 'zod'
import { JobId } from '../../../src-main/protocol/ids.ts'
import { REDUNDANCY_MAX } from '../../../src-main/protocol/limits.ts'
import { Fraction } from '../../../src-main/protocol/slot.ts'
import { DESCRIPTION_LENGTH_MAX } from '../limits.ts'
import { DeadlineRisk, placement } from '../placement.ts'
import { Count } from '../procedure.ts'

/** Fields that a request for a job of any kind has. */
export const common = {
  /** Distinct peers that compute each unit. */
  redundancy: z.int().min(1).max(REDUNDANCY_MAX).default(2),
  priority: Fraction.default(0.5),
  /** A text for people; the kind chooses one when absent. */
  description: z.string().max(DESCRIPTION_LENGTH_MAX).exactOptional(),
  ...placement,
}

/** Fields that the answer to every accepted request has. */
export const submitted = {
  job_id: JobId,
  units: Count,
  /** Present when the job, or the last of several, is not expected to meet its deadline. */
  deadline_at_risk: DeadlineRisk.exactOptional(),
}

/** Names a job of this peer. */
export const WhichJob = z.strictObject({ job_id: JobId })
