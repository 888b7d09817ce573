import { describe, expect, it } from 'vitest'
import { fullWidth, initialOf, shortened, taperedLine } from './mesh-line.ts'

describe('a line of a mesh', () => {
  it('is as wide at each end as that end weighs', () => {
    expect(taperedLine({ x: 0, y: 0, weight: 1 }, { x: 100, y: 0, weight: 0 })).toBe(
      'M0 3.5L100 0.5L100 -0.5L0 -3.5Z',
    )
  })

  it('stands at right angles to itself in any direction', () => {
    expect(taperedLine({ x: 0, y: 0, weight: 1 }, { x: 0, y: 100, weight: 1 })).toBe(
      'M-3.5 0L-3.5 100L3.5 100L3.5 0Z',
    )
  })

  it('is thinner among many, and never thicker among more', () => {
    const widths = Array.from({ length: 200 }, (_, i) => fullWidth(i + 1))
    expect(widths).toEqual([...widths].sort((a, b) => b - a))
    expect(fullWidth(200)).toBeLessThan(fullWidth(1) / 2)
  })

  it('is nothing between a point and itself', () => {
    expect(taperedLine({ x: 5, y: 5, weight: 1 }, { x: 5, y: 5, weight: 1 })).toBe('')
  })
})

describe('an initial', () => {
  it('is the first letter, upper case, whatever stands before it', () => {
    expect(initialOf('bob')).toBe('B')
    expect(initialOf('“ada”')).toBe('A')
    expect(initialOf('משה')).toBe('מ')
  })

  it('is a whole emoji, however many code points it has', () => {
    expect(initialOf('👩‍🚀 Sam')).toBe('👩‍🚀')
    expect(initialOf('🇩🇪')).toBe('🇩🇪')
  })

  it('is what there is where there is no letter', () => {
    expect(initialOf('--')).toBe('-')
    expect(initialOf('')).toBe('')
  })
})

describe('a shortened name', () => {
  it('keeps what fits', () => {
    expect(shortened('Studio PC', 9)).toBe('Studio PC')
  })

  it('ends with an ellipsis, never in the middle of a letter', () => {
    expect(shortened('Studio PC', 8)).toBe('Studio…')
    expect(shortened('👩‍🚀👩‍🚀👩‍🚀', 2)).toBe('👩‍🚀…')
  })
})
