import { z } from 'zod'
import { JOB_UNITS_MAX } from '../../../src-main/protocol/limits.ts'
import { common, submitted } from './job-kind.ts'

/** Units that do nothing, to try a mesh. */
export const NoopRequest = z.strictObject({
  kind: z.literal('noop'),
  units: z.int().min(1).max(JOB_UNITS_MAX).default(10),
  ...common,
})
export type NoopRequest = z.infer<typeof NoopRequest>

/** Such a job that was accepted. */
export const SubmittedNoop = z.strictObject({ kind: z.literal('noop'), ...submitted })
export type SubmittedNoop = z.infer<typeof SubmittedNoop>

/** Facts that only such a job has: none beyond its kind. */
export const NoopFacts = z.strictObject({ kind: z.literal('noop') })
export type NoopFacts = z.infer<typeof NoopFacts>

/** Jobs of units that do nothing. */
export const noopKind = { Request: NoopRequest, Submitted: SubmittedNoop, Facts: NoopFacts }
