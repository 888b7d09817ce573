import type { PauseRules, Sharing } from '#contract'
import { describe, expect, it } from 'vitest'
import { PAUSE_RULES } from '../../../src-main/protocol/pause-rule.ts'
import { WeekPlan } from '../../../src-main/protocol/sharing-plan.ts'
import { presetOf, PRESETS, presetSettings, sharedResources } from './preset.ts'

const resources = { cpu_cores: 7, ram_gb: 16 }
const now = { resources, rules: PAUSE_RULES, timeZone: 'Europe/Berlin' }

describe('a preset of sharing', () => {
  it('is recognised by what it set', () => {
    for (const preset of PRESETS) expect(presetOf(presetSettings(preset, now))).toBe(preset)
  })

  it('makes plans that the peer takes', () => {
    for (const preset of PRESETS) {
      const { sharing } = presetSettings(preset, now)
      if (sharing.kind === 'week') expect(WeekPlan.safeParse(sharing.plan).success).toBe(true)
    }
  })

  it('pauses while the PC is in use only when idle hours were chosen', () => {
    expect(presetSettings('idle', now).rules['in-use'].enabled).toBe(true)
    expect(presetSettings('always', now).rules['in-use'].enabled).toBe(false)
    expect(presetSettings('nights', now).rules['in-use'].enabled).toBe(false)
  })

  it('leaves the other rules as they are', () => {
    const rules: PauseRules = { ...PAUSE_RULES, 'low-battery': { enabled: false, percent: 55 } }
    for (const preset of PRESETS) {
      const after = presetSettings(preset, { ...now, rules }).rules
      expect({ ...after, 'in-use': rules['in-use'] }).toEqual(rules)
    }
  })

  it('shares nothing until hours are painted when they are to be chosen', () => {
    const { sharing } = presetSettings('choose', now)
    expect(sharing.kind === 'week' && sharing.plan.blocks).toEqual([])
  })

  it('is none for slots and for sharing that is off', () => {
    expect(presetOf({ sharing: { kind: 'never' }, rules: PAUSE_RULES })).toBeUndefined()
    expect(presetOf({ sharing: { kind: 'slots', slots: [] }, rules: PAUSE_RULES })).toBeUndefined()
  })

  it('is not nights any more when one of them differs', () => {
    const { sharing, rules } = presetSettings('nights', now)
    if (sharing.kind !== 'week') throw new Error('nights are a week')
    const [first, ...others] = sharing.plan.blocks
    const changed: Sharing = {
      kind: 'week',
      plan: { ...sharing.plan, blocks: [{ ...first!, minutes: 60 }, ...others] },
    }
    expect(presetOf({ sharing: changed, rules })).toBe('choose')
  })
})

describe('what is shared', () => {
  it('is what it was', () => {
    const sharing: Sharing = { kind: 'always', resources, priority: 0.5 }
    expect(sharedResources(sharing, { cores: 2, ramBytes: 2 ** 30 })).toEqual(resources)
  })

  it('is all cores but one and half of the memory at first, and never no core', () => {
    const machine = { cores: 8, ramBytes: 32 * 2 ** 30 }
    expect(sharedResources({ kind: 'never' }, machine)).toEqual({ cpu_cores: 7, ram_gb: 16 })
    expect(sharedResources({ kind: 'never' }, { ...machine, cores: 1 }).cpu_cores).toBe(1)
  })
})
