import { z } from 'zod'
import { PauseRules, RuleName, SharingLimits } from '../../protocol/pause-rule.ts'
import { MomentMs } from '../../protocol/quantities.ts'
import { LimitsSet } from '../../protocol/unit-limits.ts'
import { At } from '../event-fields.ts'
import { Availability } from './slice.ts'

/** Events of what is shared, and when. */
export const SharingEvent = z.discriminatedUnion('kind', [
  At.extend({ kind: z.literal('availability-set'), availability: Availability }),
  /** All limits for one unit here that the user has set; the others have their defaults. */
  At.extend({ kind: z.literal('lending-set'), limits: LimitsSet }),
  /** The user pauses sharing, until then or until they resume; what runs may be finished first. */
  At.extend({
    kind: z.literal('sharing-paused'),
    until_ms: MomentMs.exactOptional(),
    finish_first: z.boolean(),
  }),
  At.extend({ kind: z.literal('sharing-resumed') }),
  At.extend({ kind: z.literal('rules-set'), rules: PauseRules }),
  At.extend({ kind: z.literal('limits-set'), limits: SharingLimits }),
  /** The user shares although a rule says no, until its reason is over or until then. */
  At.extend({ kind: z.literal('rule-overridden'), rule: RuleName, until_ms: MomentMs }),
  At.extend({ kind: z.literal('override-ended'), rule: RuleName }),
])
export type SharingEvent = z.infer<typeof SharingEvent>
