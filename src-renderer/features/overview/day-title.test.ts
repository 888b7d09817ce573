import { createFormat } from '#text'
import { describe, expect, it } from 'vitest'
import { english } from '../../../src-preload/text/en/all.ts'
import { dayTitle } from './day-title.ts'

function title(units_for_others: number, units_by_others: number): string {
  return dayTitle({ units_for_others, units_by_others }, english.overview.title, createFormat('en'))
}

describe('the day in a sentence', () => {
  it('says what was given and what was got', () => {
    expect(title(1_200, 3)).toBe('Today 1,200 units were done for others, and 3 for you')
    expect(title(1, 0)).toBe('1 unit done for others today')
    expect(title(0, 2)).toBe('2 units done for you by others today')
  })

  it('says that nothing was, and nothing while that is not known', () => {
    expect(title(0, 0)).toBe('Nothing was computed today yet')
    expect(dayTitle(undefined, english.overview.title, createFormat('en'))).toBe('Your mesh today')
  })
})
