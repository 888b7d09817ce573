import { describe, expect, test } from 'vitest'
import type { MachineSample } from '../protocol/machine-sample.ts'
import { PAUSE_RULES, RULE_NAMES, type PauseRules, type RuleName } from '../protocol/pause-rule.ts'
import { decidePause, overridesOver, type Overrides, type PauseDecision } from './pause-decision.ts'

const NOON = 1_000_000

/** All rules on, at their thresholds. */
const ALL: PauseRules = {
  ...PAUSE_RULES,
  'in-use': { enabled: true, idle_minutes: 5 },
  'low-battery': { enabled: true, percent: 30 },
}

/** The decisions of samples five seconds apart. */
function decide(
  samples: readonly MachineSample[],
  rules: PauseRules = ALL,
  overrides: Overrides = {},
): PauseDecision[] {
  const decisions: PauseDecision[] = []
  for (const [i, sample] of samples.entries()) {
    decisions.push(
      decidePause({ rules, overrides, sample, previous: decisions[i - 1], nowMs: NOON + i * 5_000 }),
    )
  }
  return decisions
}

/** Which rule paused after each sample. */
function paused(samples: readonly MachineSample[], rules: PauseRules = ALL): (RuleName | '')[] {
  return decide(samples, rules).map(({ pausedBy }) => pausedBy?.rule ?? '')
}

const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one)

describe('[A6] a rule that is on and bothered pauses, at once save for load', () => {
  test.each<[RuleName, MachineSample, MachineSample]>([
    ['in-use', { idle_s: 299.9 }, { idle_s: 300 }],
    ['full-screen', { full_screen: true }, { full_screen: false }],
    ['on-battery', { on_battery: true }, { on_battery: false }],
    ['low-battery', { battery_percent: 30 }, { battery_percent: 31 }],
    ['metered', { metered: true }, { metered: false }],
    ['temperature', { celsius: 90.1 }, { celsius: 90 }],
  ])('%s', (rule, bothering, fine) => {
    expect(paused([bothering])).toEqual([rule])
    expect(paused([fine])).toEqual([''])
    const off = { ...ALL, [rule]: { ...ALL[rule], enabled: false } }
    expect(paused([bothering], off)).toEqual([''])
    expect(decide([bothering], off)[0]?.readings.find((one) => one.rule === rule)?.state).toBe('fine')
  })

  test('a rule whose reading is missing is unreadable, and never pauses', () => {
    const [decision] = decide([{}])
    expect(decision?.pausedBy).toBeUndefined()
    expect(decision?.readings).toEqual(RULE_NAMES.map((rule) => ({ rule, state: 'unreadable' })))
  })

  test('the first in the rules’ order is told, with what was read, the threshold and since when', () => {
    const decisions = decide([{ celsius: 95.4 }, { celsius: 96, idle_s: 12.7 }])
    expect(decisions[0]?.pausedBy).toEqual({ rule: 'temperature', value: 95, threshold: 90, since_ms: NOON })
    expect(decisions[1]?.pausedBy).toEqual({
      rule: 'in-use',
      value: 12,
      threshold: 300,
      since_ms: NOON + 5_000,
    })
    expect(decisions[1]?.readings.at(-1)).toMatchObject({ state: 'bothered', since_ms: NOON })
  })
})

describe('[A7] a reason is over only when the reading has come back far enough', () => {
  const load = (percent: number, own = 0): MachineSample => ({
    cpu_percent_total: percent + own,
    cpu_percent_own: own,
  })

  test('a battery: five percent above, or full', () => {
    const charge = (battery_percent: number): MachineSample => ({ battery_percent })
    expect(paused([31, 30, 31, 34.9, 35, 31].map(charge))).toEqual([
      '',
      'low-battery',
      'low-battery',
      'low-battery',
      '',
      '',
    ])
    const high = { ...ALL, 'low-battery': { enabled: true, percent: 97 } }
    expect(paused([96, 99, 100].map(charge), high)).toEqual(['low-battery', 'low-battery', ''])
    const never = { ...ALL, 'low-battery': { enabled: true, percent: 100 } }
    expect(paused([100, 100].map(charge), never)).toEqual(['low-battery', 'low-battery'])
  })

  test('temperature: five degrees below', () => {
    const celsius = (one: number): MachineSample => ({ celsius: one })
    expect(paused([91, 86, 85, 84.9, 89].map(celsius))).toEqual([
      'temperature',
      'temperature',
      'temperature',
      '',
      '',
    ])
  })

  test('load: five samples in a row both ways, ten below, and Meshwork’s own does not count', () => {
    const busy = decide([...times(4, load(80)), load(10), ...times(5, load(80))])
    expect(busy.map(({ pausedBy }) => pausedBy !== undefined)).toEqual([...times(9, false), true])
    const calm = decide([...times(5, load(80)), ...times(6, load(55)), ...times(4, load(49)), load(80)])
    expect(calm[15]?.pausedBy?.rule).toBe('other-load')
    expect(paused([...times(5, load(80)), ...times(5, load(49))]).at(-1)).toBe('')
    expect(paused(times(9, load(20, 80))).at(-1)).toBe('')
  })

  test('a pause keeps the reading that caused it, while the present reading stands beside its rule', () => {
    const [, , , , paused, calmer] = decide([...times(5, load(80)), load(4)])
    expect(paused?.pausedBy).toMatchObject({ rule: 'other-load', value: 80, threshold: 60 })
    expect(calmer?.pausedBy).toMatchObject({ rule: 'other-load', value: 80, threshold: 60 })
    expect(calmer?.readings.find(({ rule }) => rule === 'other-load')?.value).toBe(4)
  })

  test('what cannot be read any longer does not pause', () => {
    expect(paused([{ on_battery: true }, {}])).toEqual(['on-battery', ''])
  })
})

describe('[A8] sharing anyway', () => {
  const until = { metered: NOON + 60_000 }

  test('holds for one rule: it stays bothered and does not pause, others do', () => {
    const [decision] = decide([{ metered: true }], ALL, until)
    expect(decision?.pausedBy).toBeUndefined()
    expect(decision?.readings.find(({ rule }) => rule === 'metered')).toEqual({
      rule: 'metered',
      state: 'bothered',
      since_ms: NOON,
      overridden_until_ms: NOON + 60_000,
    })
    expect(decide([{ metered: true, on_battery: true }], ALL, until)[0]?.pausedBy?.rule).toBe('on-battery')
  })

  test('is over with its reason or its time, and not because nothing can be read', () => {
    const [bothered, fine] = decide([{ metered: true }, { metered: false }], ALL, until)
    const [, unread] = decide([{ metered: true }, {}], ALL, until)
    if (bothered === undefined || fine === undefined || unread === undefined) throw new Error('three')
    expect(overridesOver(until, undefined, bothered, NOON)).toEqual([])
    expect(overridesOver(until, bothered, fine, NOON)).toEqual(['metered'])
    expect(overridesOver(until, bothered, unread, NOON)).toEqual([])
    expect(overridesOver(until, undefined, fine, NOON)).toEqual([])
    expect(overridesOver(until, bothered, bothered, NOON + 60_000)).toEqual(['metered'])
    expect(decide([{ metered: true }], ALL, { metered: NOON })[0]?.pausedBy?.rule).toBe('metered')
  })
})
