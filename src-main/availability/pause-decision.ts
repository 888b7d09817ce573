import type { MachineSample } from '../protocol/machine-sample.ts'
import { RULE_NAMES, type PauseRules, type RuleName } from '../protocol/pause-rule.ts'
import type { RuleReading } from './sharing-now.ts'

/** "Share anyway" holds as long as the reason does, but no longer than a night or a working day. */
export const OVERRIDE_MS_MAX = 8 * 3_600_000
/** Other programs' load counts when it lasted so many samples, and is over after as many: a page that loads is none. */
const LOAD_SAMPLES = 5
/** How far a reading must come back before its reason is over, so that sharing does not flicker at the threshold. */
const BATTERY_MARGIN = 5
const LOAD_MARGIN = 10
const CELSIUS_MARGIN = 5
const SECONDS_PER_MINUTE = 60

/** Rules that do not pause for now, and until when at most. */
export type Overrides = Readonly<Partial<Record<RuleName, number>>>

/** The memory of one rule. */
interface Memory {
  readonly isBothered: boolean
  readonly sinceMs: number
  /** Samples in a row that said the opposite. */
  readonly against: number
  /** The reading and the threshold that brought the rule to where it is; the present one may say otherwise for a while. */
  readonly cause: Readonly<Pick<Sight, 'value' | 'threshold'>>
}

/** The decision of the rules at a moment, with their memory for the next. */
export interface PauseDecision {
  /** One for each rule, in their order. */
  readonly readings: readonly RuleReading[]
  /** The first rule that pauses sharing, if one does: its value and threshold are those that caused the pause. */
  readonly pausedBy?: {
    readonly rule: RuleName
    readonly value?: number
    readonly threshold?: number
    readonly since_ms: number
  }
  readonly memory: ReadonlyMap<RuleName, Memory>
}

/** The facts from which a decision is made. */
export interface PauseQuestion {
  readonly rules: PauseRules
  readonly overrides: Overrides
  readonly sample: MachineSample
  readonly previous: PauseDecision | undefined
  /** Not a new sample, but other rules: what they say of it holds at once. */
  readonly isInstant?: boolean
  readonly nowMs: number
}

/** The meaning of a sample for one rule: in it, out of it, or between the two, where it stays as it was. */
interface Sight {
  readonly value?: number
  readonly threshold?: number
  readonly says: 'bothered' | 'fine' | 'as-before'
  /** Samples in a row that it takes to change. */
  readonly samples: number
}

/**
 * Which rules are bothered by what the machine is doing, and which pauses sharing. A rule that is off is never bothered;
 * one whose reading is missing is `unreadable` and never pauses.
 */
export function decidePause(question: PauseQuestion): PauseDecision {
  const { rules, overrides, nowMs } = question
  const memory = new Map<RuleName, Memory>()
  const readings: RuleReading[] = []
  let pausedBy: PauseDecision['pausedBy']
  for (const rule of RULE_NAMES) {
    const sight = sightOf(rule, question.rules, question.sample)
    if (sight === undefined) {
      readings.push({ rule, state: 'unreadable', ...overridden(overrides[rule], nowMs) })
      continue
    }
    const value = sight.value === undefined ? {} : { value: sight.value }
    const now = rules[rule].enabled ? remember(rule, sight, question) : undefined
    if (now !== undefined) memory.set(rule, now)
    if (now?.isBothered !== true) {
      readings.push({ rule, state: 'fine', ...value })
      continue
    }
    const anyway = overridden(overrides[rule], nowMs)
    readings.push({ rule, state: 'bothered', ...value, since_ms: now.sinceMs, ...anyway })
    if (anyway.overridden_until_ms !== undefined) continue
    // A rule without a threshold pauses by a state, of which the present reading tells more.
    pausedBy ??= { rule, ...(sight.threshold === undefined ? value : now.cause), since_ms: now.sinceMs }
  }
  return { readings, memory, ...(pausedBy === undefined ? {} : { pausedBy }) }
}

/** Overrides whose time is over, or whose reason was there and is no longer. */
export function overridesOver(
  overrides: Overrides,
  previous: PauseDecision | undefined,
  decision: PauseDecision,
  nowMs: number,
): RuleName[] {
  const stateOf = (of: PauseDecision | undefined, rule: RuleName) =>
    of?.readings.find((reading) => reading.rule === rule)?.state
  return RULE_NAMES.filter((rule) => {
    const untilMs = overrides[rule]
    if (untilMs === undefined) return false
    const isOver = stateOf(previous, rule) === 'bothered' && stateOf(decision, rule) === 'fine'
    return nowMs >= untilMs || isOver
  })
}

function overridden(untilMs: number | undefined, nowMs: number): { overridden_until_ms?: number } {
  return untilMs === undefined || nowMs >= untilMs ? {} : { overridden_until_ms: untilMs }
}

function remember(rule: RuleName, sight: Sight, { previous, isInstant, nowMs }: PauseQuestion): Memory {
  const before = previous?.memory.get(rule) ?? { isBothered: false, sinceMs: nowMs, against: 0, cause: {} }
  const says = sight.says === 'as-before' ? before.isBothered : sight.says === 'bothered'
  if (says === before.isBothered) return { ...before, against: 0 }
  const against = before.against + 1
  const isDecided = isInstant === true || against >= sight.samples
  return isDecided
    ? { isBothered: says, sinceMs: nowMs, against: 0, cause: causeOf(sight) }
    : { ...before, against }
}

function causeOf({ value, threshold }: Sight): Memory['cause'] {
  return { ...(value === undefined ? {} : { value }), ...(threshold === undefined ? {} : { threshold }) }
}

/** A rule's view of a sample; undefined when the sample lacks its reading. */
function sightOf(rule: RuleName, rules: PauseRules, sample: MachineSample): Sight | undefined {
  switch (rule) {
    case 'in-use':
      return idleSight(sample, rules[rule].idle_minutes * SECONDS_PER_MINUTE)
    case 'full-screen':
      return switched(sample.full_screen)
    case 'other-load':
      return loadSight(sample, rules[rule].percent)
    case 'on-battery':
      return batterySight(sample)
    case 'low-battery':
      return lowBatterySight(sample, rules[rule].percent)
    case 'metered':
      return switched(sample.metered)
    case 'temperature':
      return temperatureSight(sample, rules[rule].celsius)
  }
}

function idleSight({ idle_s }: MachineSample, threshold: number): Sight | undefined {
  if (idle_s === undefined) return undefined
  const says = idle_s < threshold ? 'bothered' : 'fine'
  return { value: Math.floor(idle_s), threshold, says, samples: 1 }
}

/** Counts the load of other programs alone. */
function loadSight(sample: MachineSample, percent: number): Sight | undefined {
  if (sample.cpu_percent_total === undefined) return undefined
  const value = Math.max(0, sample.cpu_percent_total - (sample.cpu_percent_own ?? 0))
  const over = Math.max(percent - LOAD_MARGIN, percent / 2)
  const says = value > percent ? 'bothered' : value < over ? 'fine' : 'as-before'
  return { value: Math.round(value), threshold: percent, says, samples: LOAD_SAMPLES }
}

function batterySight({ on_battery, battery_percent }: MachineSample): Sight | undefined {
  const sight = switched(on_battery)
  return sight === undefined || battery_percent === undefined
    ? sight
    : { ...sight, value: Math.round(battery_percent) }
}

function lowBatterySight({ battery_percent }: MachineSample, percent: number): Sight | undefined {
  if (battery_percent === undefined) return undefined
  // A full battery ends the pause, unless the user wants no sharing on any battery.
  const over = percent >= 100 ? Number.POSITIVE_INFINITY : Math.min(100, percent + BATTERY_MARGIN)
  const says = battery_percent <= percent ? 'bothered' : battery_percent >= over ? 'fine' : 'as-before'
  return { value: Math.round(battery_percent), threshold: percent, says, samples: 1 }
}

function temperatureSight({ celsius }: MachineSample, threshold: number): Sight | undefined {
  if (celsius === undefined) return undefined
  const over = threshold - CELSIUS_MARGIN
  const says = celsius > threshold ? 'bothered' : celsius < over ? 'fine' : 'as-before'
  return { value: Math.round(celsius), threshold, says, samples: 1 }
}

function switched(on: boolean | undefined): Sight | undefined {
  return on === undefined ? undefined : { says: on ? 'bothered' : 'fine', samples: 1 }
}
