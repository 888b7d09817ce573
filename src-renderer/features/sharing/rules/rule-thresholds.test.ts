import { expect, test } from 'vitest'
import { PAUSE_RULES, PauseRules, RULE_NAMES } from '../../../../src-main/protocol/pause-rule.ts'
import { RULES, thresholdOf, withEnabled, withThreshold } from './rule-thresholds.ts'

test('every rule is shown, in the order in which reasons are told', () => {
  expect(RULES).toEqual(RULE_NAMES)
})

test('the contract takes a threshold at its bounds and nothing beyond them', () => {
  for (const rule of RULES) {
    const threshold = thresholdOf(PAUSE_RULES, rule)
    if (threshold === undefined) continue
    const { least, most } = threshold
    const takes = (value: number) =>
      PauseRules.safeParse(withThreshold(PAUSE_RULES, threshold.rule, value)).success
    expect([takes(least), takes(most), takes(least - 0.1), takes(most + 0.1)]).toEqual([
      true,
      true,
      false,
      false,
    ])
    const changed = withThreshold(PAUSE_RULES, threshold.rule, most)
    expect(thresholdOf(changed, rule)?.value).toBe(most)
  }
})

test('a switched rule keeps its threshold', () => {
  expect(withEnabled(PAUSE_RULES, 'in-use', true)['in-use']).toEqual({ enabled: true, idle_minutes: 5 })
})
