import { z } from 'zod'
import { PauseRules, RuleName, SharingLimits } from '../../src-main/protocol/pause-rule.ts'
import { Sharing } from './node.ts'
import { AtMs, Count, Nothing, procedure } from './procedure.ts'

/** Whether this PC works for others at this moment, and why not. Own jobs always run here. */
export const SharingNow = z.discriminatedUnion('kind', [
  /** Until then, by the plan; without an end around the clock. */
  z.strictObject({ kind: z.literal('sharing'), until_ms: AtMs.exactOptional() }),
  /** It was just started and has not measured its speed yet. */
  z.strictObject({ kind: z.literal('measuring') }),
  /** The user shares nothing. */
  z.strictObject({ kind: z.literal('off') }),
  /** No hours of the plan now; they begin again at `next_ms` if there are any. */
  z.strictObject({ kind: z.literal('outside-hours'), next_ms: AtMs.exactOptional() }),
  /** The user paused; without an end until they resume. */
  z.strictObject({ kind: z.literal('paused-by-user'), since_ms: AtMs, until_ms: AtMs.exactOptional() }),
  /** A rule paused: for one with a threshold that, and the reading that went beyond it; for others their reading now. */
  z.strictObject({
    kind: z.literal('paused-by-rule'),
    rule: RuleName,
    value: z.number().exactOptional(),
    threshold: z.number().exactOptional(),
    since_ms: AtMs,
  }),
  /** The disk is full: the peer goes on when there is room again. */
  z.strictObject({ kind: z.literal('disk-full'), since_ms: AtMs }),
  /** Running units are finished and no new ones begin; then it is paused. */
  z.strictObject({ kind: z.literal('finishing'), since_ms: AtMs, until_ms: AtMs.exactOptional() }),
])
export type SharingNow = z.infer<typeof SharingNow>

/**
 * The reading of a rule. `value` is in the rule's unit: seconds without input (`in-use`), percent of all cores
 * (`other-load`), percent of charge (`on-battery`, `low-battery`), degrees Celsius (`temperature`).
 */
export const RuleReading = z.strictObject({
  rule: RuleName,
  /** `unreadable`: it cannot be read on this machine, so that the rule never pauses. */
  state: z.enum(['fine', 'bothered', 'unreadable']),
  value: z.number().exactOptional(),
  /** Since when the rule pauses. */
  since_ms: AtMs.exactOptional(),
  /** The user shares anyway until then, or until the reason is over. */
  overridden_until_ms: AtMs.exactOptional(),
})
export type RuleReading = z.infer<typeof RuleReading>

/** Resources that sharing uses at this moment. */
export const Meters = z.strictObject({
  /** Percent of all cores: units of this peer, and all other programs. */
  cpu_percent_units: z.number().min(0),
  cpu_percent_others: z.number().min(0).exactOptional(),
  /** Memory of the processes that run units. */
  ram_bytes: Count,
  /** Blobs on disk, and their maximum. */
  disk_bytes: Count,
  disk_bytes_max: Count,
  /** To and from people, averaged over the last seconds. */
  upload_bytes_per_s: z.number().min(0),
  download_bytes_per_s: z.number().min(0),
})
export type Meters = z.infer<typeof Meters>

/** The state of sharing. */
export const SharingInfo = z.strictObject({
  sharing: Sharing,
  rules: PauseRules,
  limits: SharingLimits,
  now: SharingNow,
  /** One for each rule, in the rules' order. */
  readings: z.array(RuleReading),
  meters: Meters,
})
export type SharingInfo = z.infer<typeof SharingInfo>

/** Pauses of twelve hours and a day; longer ones are "until I resume". */
const PAUSE_MINUTES_MAX = 24 * 60

/** When and how this PC is shared. `node.setAvailability` sets the plan. */
export const sharing = {
  get: procedure.output(SharingInfo),
  setRules: procedure.input(z.strictObject({ rules: PauseRules })).output(Nothing),
  setLimits: procedure.input(z.strictObject({ limits: SharingLimits })).output(Nothing),
  /**
   * Stops working for others: running units are handed back within two seconds, or finished first with `finish_first`.
   * For this number of minutes, or until `resume` when absent. Survives a restart.
   */
  pause: procedure
    .input(
      z.strictObject({
        minutes: z.number().positive().max(PAUSE_MINUTES_MAX).exactOptional(),
        finish_first: z.boolean().default(false),
      }),
    )
    .output(Nothing),
  resume: procedure.output(Nothing),
  /** Shares although a rule pauses, until its reason is over or for eight hours. */
  shareAnyway: procedure.input(z.strictObject({ rule: RuleName })).output(Nothing),
}
