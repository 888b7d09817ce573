import { z } from 'zod'
import {
  PAUSE_RULES,
  PauseRules,
  RuleName,
  SHARING_LIMITS,
  SharingLimits,
} from '../../protocol/pause-rule.ts'
import { ComputeResource } from '../../protocol/resource.ts'
import { WeekPlan } from '../../protocol/sharing-plan.ts'
import { AvailabilitySlot, Fraction } from '../../protocol/slot.ts'
import { LimitsSet } from '../../protocol/unit-limits.ts'
import { mapOf } from '../saved-map.ts'

const Ms = z.number().min(0)

/** How much a peer shares and when: around the clock, or in the slots that its user painted. */
export const Availability = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('never') }),
  z.object({ kind: z.literal('always'), resources: ComputeResource, priority: Fraction }),
  z.object({ kind: z.literal('slots'), slots: z.array(AvailabilitySlot) }),
  z.object({ kind: z.literal('week'), plan: WeekPlan }),
])
export type Availability = z.infer<typeof Availability>

/** The user's own pause of sharing. */
export const UserPause = z.object({
  sinceMs: Ms,
  /** Absent: until the user resumes. */
  untilMs: Ms.exactOptional(),
  /** Units that run for others are finished; else they were handed back. */
  finishFirst: z.boolean(),
})
export type UserPause = z.infer<typeof UserPause>

/** How much of this machine is shared, and when. */
export const SharingSlice = z.object({
  availability: Availability,
  /** The most that one unit may use here, as far as the user has set it (`notLent`). */
  lent: LimitsSet,
  /** The user's pause, if there is one. */
  pause: UserPause.exactOptional(),
  rules: PauseRules,
  /** Rules that the user overrode, and until when at most. */
  overrides: mapOf(RuleName, Ms),
  limits: SharingLimits,
})
export type SharingSlice = z.infer<typeof SharingSlice>

/** The slice of a peer that has just been created. */
export function newSharing(): SharingSlice {
  return {
    availability: { kind: 'never' },
    lent: {},
    rules: PAUSE_RULES,
    overrides: new Map(),
    limits: SHARING_LIMITS,
  }
}
