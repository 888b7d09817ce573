import { describe, expect, it } from 'vitest'
import { localMoment, momentOf, usualMoments } from './local-moment.ts'

const at = (year: number, month: number, day: number, hour = 0, minute = 0) =>
  new Date(year, month - 1, day, hour, minute).getTime()

describe('a moment by the clock of this machine', () => {
  it('is written as the calendar writes it, and read back', () => {
    const christmas = at(2026, 12, 24, 18, 5)
    expect(localMoment(christmas)).toBe('2026-12-24 18:05:00')
    expect(momentOf(localMoment(christmas))).toBe(christmas)
  })

  it('is none where there is none', () => {
    expect(momentOf('')).toBeUndefined()
    expect(momentOf('tomorrow')).toBeUndefined()
  })
})

describe('the usual moments', () => {
  it('are tonight, tomorrow morning and Monday morning', () => {
    // A Wednesday.
    expect(usualMoments(at(2026, 11, 25, 14))).toEqual({
      tonight: at(2026, 11, 25, 22),
      tomorrow: at(2026, 11, 26, 8),
      monday: at(2026, 11, 30, 8),
    })
  })

  it('leave tonight out when it is nearly over', () => {
    expect(usualMoments(at(2026, 11, 25, 21, 1))).not.toHaveProperty('tonight')
    expect(usualMoments(at(2026, 11, 25, 21))).toHaveProperty('tonight')
    expect(usualMoments(at(2026, 11, 25, 23, 30))).not.toHaveProperty('tonight')
  })

  it('mean the Monday after next where Monday is tomorrow or today', () => {
    expect(usualMoments(at(2026, 11, 29, 12)).monday).toBe(at(2026, 12, 7, 8))
    expect(usualMoments(at(2026, 11, 30, 12)).monday).toBe(at(2026, 12, 7, 8))
  })

  it('go on in the next month and year', () => {
    expect(usualMoments(at(2026, 12, 31, 12)).tomorrow).toBe(at(2027, 1, 1, 8))
  })
})
