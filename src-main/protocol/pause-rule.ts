import { z } from 'zod'
import { ByteCount } from './quantities.ts'

/** Rules that may pause sharing so that the user is not disturbed, in the order in which their reasons are shown. */
export const RULE_NAMES = [
  'in-use', // mouse or keyboard are in use
  'full-screen', // a game, a film, a talk
  'other-load', // other programs compute
  'on-battery',
  'low-battery',
  'metered', // the network costs money
  'temperature',
] as const
export const RuleName = z.enum(RULE_NAMES)
export type RuleName = z.infer<typeof RuleName>

const Switch = z.strictObject({ enabled: z.boolean() })

/** The rules that are on, and their thresholds. */
export const PauseRules = z.strictObject({
  /** Pauses until the PC was without input for this time. */
  'in-use': Switch.extend({ idle_minutes: z.number().min(0.5).max(240) }),
  'full-screen': Switch,
  /** Pauses above this share of all cores, used by programs other than Meshwork. */
  'other-load': Switch.extend({ percent: z.number().min(1).max(100) }),
  'on-battery': Switch,
  /** Pauses at or below this charge, plugged in or not. */
  'low-battery': Switch.extend({ percent: z.number().min(1).max(100) }),
  metered: Switch,
  /** Pauses above this temperature of the processor. */
  temperature: Switch.extend({ celsius: z.number().min(30).max(110) }),
})
export type PauseRules = z.infer<typeof PauseRules>

/** Rules until a user changes them: a laptop on its battery, a phone's network and a hot PC pause sharing. */
export const PAUSE_RULES: PauseRules = {
  'in-use': { enabled: false, idle_minutes: 5 },
  'full-screen': { enabled: true },
  'other-load': { enabled: true, percent: 60 },
  'on-battery': { enabled: true },
  'low-battery': { enabled: true, percent: 30 },
  metered: { enabled: true },
  temperature: { enabled: true, celsius: 90 },
}

/** How much of the PC sharing may take. Absent bounds do not bind. */
export const SharingLimits = z.strictObject({
  /** Share of each lent core's time. */
  cpu_percent: z.int().min(5).max(100),
  /** Memory of all units together; as the sharing says when absent. */
  ram_bytes: ByteCount.min(1).exactOptional(),
  /** Disk that blobs may take; the peer's default when absent. */
  disk_bytes: ByteCount.min(1).exactOptional(),
  /** Bytes a second to and from people. */
  upload_bytes_per_s: ByteCount.min(1_024).exactOptional(),
  download_bytes_per_s: ByteCount.min(1_024).exactOptional(),
})
export type SharingLimits = z.infer<typeof SharingLimits>

/** No bound but what is shared. */
export const SHARING_LIMITS: SharingLimits = { cpu_percent: 100 }
