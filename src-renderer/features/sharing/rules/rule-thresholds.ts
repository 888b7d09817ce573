/** The rules' switches and thresholds as they are edited. Pure. */
import type { PauseRules, RuleName } from '#contract'

/** In the order in which they are told. */
export const RULES = [
  'in-use',
  'full-screen',
  'other-load',
  'on-battery',
  'low-battery',
  'metered',
  'temperature',
] as const satisfies readonly RuleName[]

/** Rules that hold from a value on. */
export type ThresholdRule = 'in-use' | 'other-load' | 'low-battery' | 'temperature'

/** A rule's threshold, within the bounds of the contract. */
export interface Threshold {
  readonly rule: ThresholdRule
  readonly value: number
  readonly least: number
  readonly most: number
  readonly step: number
  readonly unit: 'minutes' | 'percent' | 'celsius'
}

/** The threshold of a rule that has one. */
export function thresholdOf(rules: PauseRules, rule: RuleName): Threshold | undefined {
  switch (rule) {
    case 'in-use':
      return { rule, value: rules[rule].idle_minutes, least: 0.5, most: 240, step: 1, unit: 'minutes' }
    case 'other-load':
      return { rule, value: rules[rule].percent, least: 1, most: 100, step: 5, unit: 'percent' }
    case 'low-battery':
      return { rule, value: rules[rule].percent, least: 1, most: 100, step: 5, unit: 'percent' }
    case 'temperature':
      return { rule, value: rules[rule].celsius, least: 30, most: 110, step: 1, unit: 'celsius' }
    case 'full-screen':
    case 'on-battery':
    case 'metered':
      return undefined
  }
}

/** The rules with one threshold changed. */
export function withThreshold(rules: PauseRules, rule: ThresholdRule, value: number): PauseRules {
  switch (rule) {
    case 'in-use':
      return { ...rules, [rule]: { ...rules[rule], idle_minutes: value } }
    case 'other-load':
    case 'low-battery':
      return { ...rules, [rule]: { ...rules[rule], percent: value } }
    case 'temperature':
      return { ...rules, [rule]: { ...rules[rule], celsius: value } }
  }
}

/** The rules with one switched. */
export function withEnabled(rules: PauseRules, rule: RuleName, enabled: boolean): PauseRules {
  return { ...rules, [rule]: { ...rules[rule], enabled } }
}
