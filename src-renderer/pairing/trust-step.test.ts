import { describe, expect, it } from 'vitest'
import { TRUST_STEPS, trustOf, trustStep } from './trust-step.ts'

describe('trust in words', () => {
  it('calls every step by its own word', () => {
    for (const step of TRUST_STEPS) expect(trustStep(trustOf(step))).toBe(step)
  })

  it('calls what lies between two steps by the nearer', () => {
    expect(trustStep(0.3)).toBe('little')
    expect(trustStep(0.6)).toBe('some')
    expect(trustStep(0.7)).toBe('much')
    expect(trustStep(0.95)).toBe('full')
  })

  it('never calls a little trust none, which would say that nothing is done for them', () => {
    expect(trustStep(0.01)).toBe('little')
  })

  it('never rises with falling trust', () => {
    const words = Array.from({ length: 101 }, (_, i) => TRUST_STEPS.indexOf(trustStep(i / 100)))
    expect(words).toEqual([...words].sort((a, b) => a - b))
  })
})
