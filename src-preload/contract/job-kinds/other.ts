import { z } from 'zod'
import { Cid, Name } from '../../../src-main/protocol/ids.ts'
import { INPUTS_MAX, JOB_UNITS_MAX } from '../../../src-main/protocol/limits.ts'
import { ComputeResource } from '../../../src-main/protocol/resource.ts'
import { Params } from '../../../src-main/protocol/work.ts'
import { common, submitted } from './job-kind.ts'

/** A job of any algorithm that peers have, whose units differ only by their index. */
export const OtherRequest = z.strictObject({
  kind: z.literal('other'),
  algorithm_id: Name,
  algorithm_version: Name,
  params: Params,
  /** Uploaded blobs by their role in the algorithm. */
  inputs: z
    .record(z.string().max(100), Cid)
    .refine((inputs) => Object.keys(inputs).length <= INPUTS_MAX, `at most ${INPUTS_MAX} inputs`)
    .default({}),
  unit_count: z.int().min(1).max(JOB_UNITS_MAX),
  /** Of one unit, on one core of the reference machine. */
  estimated_duration_seconds: z.number().min(0).max(604_800),
  /** Needs of one unit. */
  resources: ComputeResource,
  ...common,
})
export type OtherRequest = z.infer<typeof OtherRequest>

/** Such a job that was accepted. */
export const SubmittedOther = z.strictObject({ kind: z.literal('other'), ...submitted })
export type SubmittedOther = z.infer<typeof SubmittedOther>

/** Facts of a job whose kind this version does not know, or that has none. */
export const OtherFacts = z.strictObject({ kind: z.literal('other') })
export type OtherFacts = z.infer<typeof OtherFacts>

/** Jobs of no kind of their own, and those of kinds that only a newer version knows. */
export const otherKind = { Request: OtherRequest, Submitted: SubmittedOther, Facts: OtherFacts }
