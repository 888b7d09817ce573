import type { ComputeResource, PauseRules, Sharing, WeekPlan } from '#contract'

/** The answers to "When do you want to share?", in the order in which they stand. */
export const PRESETS = ['idle', 'nights', 'always', 'choose'] as const
export type Preset = (typeof PRESETS)[number]

/** Nights begin when most are done with the PC, and end before the next day's work. */
export const NIGHT_STARTS_MINUTE = 22 * 60
export const NIGHT_MINUTES = 9 * 60

/** The middle: own plans come and go later with their own priorities. */
const PRIORITY = 0.5
const DAYS = [0, 1, 2, 3, 4, 5, 6] as const
/** A core and half of the memory stay free, so that the PC stays pleasant: the same as a new peer's own choice. */
const CORES_KEPT = 1
const RAM_SHARE = 0.5

/** The settings that a preset stands for. */
export interface PresetSettings {
  readonly sharing: Sharing
  readonly rules: PauseRules
}

/** The settings behind a preset; rules that it is not about stay as they are. */
export function presetSettings(
  preset: Preset,
  now: { readonly resources: ComputeResource; readonly rules: PauseRules; readonly timeZone: string },
): PresetSettings {
  const { resources, rules } = now
  const always: Sharing = { kind: 'always', resources, priority: PRIORITY }
  switch (preset) {
    case 'idle':
      return { sharing: always, rules: withInUse(rules, true) }
    case 'always':
      return { sharing: always, rules: withInUse(rules, false) }
    case 'nights':
      return { sharing: { kind: 'week', plan: plan(now, nights()) }, rules: withInUse(rules, false) }
    case 'choose':
      return { sharing: { kind: 'week', plan: plan(now, []) }, rules }
  }
}

/** The preset that settings match; undefined where they match none. */
export function presetOf({ sharing, rules }: PresetSettings): Preset | undefined {
  switch (sharing.kind) {
    case 'always':
      return rules['in-use'].enabled ? 'idle' : 'always'
    case 'week':
      return isNights(sharing.plan) ? 'nights' : 'choose'
    case 'never':
    case 'slots':
      return undefined
  }
}

/**
 * The answer to suggest to the user of a PC that has this one. Sharing while somebody works at the PC is for its user to
 * choose: a new PC has it only because nothing was chosen yet.
 */
export function suggestedPreset(known: Preset, isIdleUnreadable: boolean): Preset {
  if (known !== 'always') return known
  return isIdleUnreadable ? 'nights' : 'idle'
}

/** The resources that are shared now, or those that a new peer would share of this machine. */
export function sharedResources(
  sharing: Sharing,
  machine: { readonly cores: number; readonly ramBytes: number },
): ComputeResource {
  if (sharing.kind === 'always') return sharing.resources
  if (sharing.kind === 'week') return sharing.plan.resources
  const ram_gb = (machine.ramBytes * RAM_SHARE) / 2 ** 30
  return { cpu_cores: Math.max(1, machine.cores - CORES_KEPT), ram_gb }
}

function plan(
  now: { readonly resources: ComputeResource; readonly timeZone: string },
  blocks: WeekPlan['blocks'],
): WeekPlan {
  return { time_zone: now.timeZone, resources: now.resources, priority: PRIORITY, blocks, exceptions: [] }
}

function nights(): WeekPlan['blocks'] {
  return DAYS.map((day) => ({ day, start_minute: NIGHT_STARTS_MINUTE, minutes: NIGHT_MINUTES }))
}

function isNights({ blocks, exceptions }: WeekPlan): boolean {
  const days = new Set(blocks.map(({ day }) => day))
  return (
    exceptions.length === 0 &&
    days.size === DAYS.length &&
    blocks.length === DAYS.length &&
    blocks.every(
      ({ start_minute, minutes }) => start_minute === NIGHT_STARTS_MINUTE && minutes === NIGHT_MINUTES,
    )
  )
}

function withInUse(rules: PauseRules, enabled: boolean): PauseRules {
  return { ...rules, 'in-use': { ...rules['in-use'], enabled } }
}
