import { createFormat } from '#text'
import { describe, expect, it } from 'vitest'
import { english } from '../../../src-preload/text/en/all.ts'
import { dayTitle } from './day-title.ts'

const MINUTE_MS = 60_000

function title(given: { units: number; ms: number }, got: { units: number; ms: number }): string {
  const day = {
    units_for_others: given.units,
    cpu_ms_for_others: given.ms,
    units_by_others: got.units,
    cpu_ms_by_others: got.ms,
  }
  return dayTitle(day, english.overview.title, createFormat('en'))
}

const NOTHING = { units: 0, ms: 0 }

describe('the day in a sentence', () => {
  it('says what was given and what was got', () => {
    const hours = { units: 1_200, ms: 125 * MINUTE_MS + 40_000 }
    expect(title(hours, { units: 3, ms: MINUTE_MS })).toBe(
      'Today you helped others for 2 h 5 min, and others helped you for 1 min',
    )
    expect(title(hours, NOTHING)).toBe('You helped others for 2 h 5 min today')
    expect(title(NOTHING, { units: 2, ms: 300 })).toBe('Others helped you for 1 s today')
  })

  it('says that nothing was, and nothing while that is not known', () => {
    expect(title(NOTHING, NOTHING)).toBe('Quiet so far today')
    expect(dayTitle(undefined, english.overview.title, createFormat('en'))).toBe('Your mesh today')
  })
})
