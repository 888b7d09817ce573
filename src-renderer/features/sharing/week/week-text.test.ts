import { describe, expect, test } from 'vitest'
import type { Sharing, WeekBlock } from '#contract'
import { createFormat, loadMessages, type Language } from '#text'
import { blocksOf, cellAt, cellsOf, paint } from './week-paint.ts'
import { presetSpans } from './week-presets.ts'
import { blockText, clockText, sharingSentence, spansText } from './week-text.ts'

const resources = { cpu_cores: 6, ram_gb: 8 }
const preset = blocksOf(paint(cellsOf([]), presetSpans('nights-and-weekends'), {}))

async function sentence(language: Language, blocks: readonly WeekBlock[]): Promise<string> {
  const plan = { time_zone: 'UTC', resources, priority: 0.5, blocks: [...blocks], exceptions: [] }
  const week: Sharing = { kind: 'week', plan }
  return sharingSentence(await loadMessages(language), createFormat(language), week, 8)
}

describe('the sentence', () => {
  test('says when and how much, in both languages', async () => {
    expect(await sentence('en', preset)).toBe('Shared every day 22:00–07:00 and all weekend; 6 of 8 cores')
    expect(await sentence('de', preset)).toBe(
      'Geteilt täglich 22:00–07:00 und das ganze Wochenende; 6 von 8 Kernen',
    )
  })

  test('says six days by the one that is left out', async () => {
    const six = [0, 1, 2, 3, 4, 6].map((day) => ({ day, start_minute: 1320, minutes: 540 }))
    expect(await sentence('en', six)).toBe('Shared every day but Saturday 22:00–07:00; 6 of 8 cores')
    expect(await sentence('de', six)).toBe('Geteilt täglich außer Samstag 22:00–07:00; 6 von 8 Kernen')
  })

  test('says a range of cores where blocks differ', async () => {
    const blocks = [
      { day: 0, start_minute: 0, minutes: 60 },
      { day: 2, start_minute: 0, minutes: 60, resources: { cpu_cores: 2, ram_gb: 8 } },
    ]
    expect(await sentence('en', blocks)).toBe('Shared on Monday and Wednesday 00:00–01:00; 2–6 of 8 cores')
  })

  test('says that nothing is painted, and how much where it is a lot', async () => {
    expect(await sentence('en', [])).toBe('No hours chosen yet, so nothing is shared')
    const many = [0, 1, 2, 3].map((day) => ({ day, start_minute: day * 60, minutes: 90 }))
    expect(await sentence('en', many)).toBe('Shared 6 hours a week in 4 stretches; 6 of 8 cores')
  })
})

test('times end at 24:00 and go on past midnight', () => {
  expect([0, 90, 1440, 1860].map(clockText)).toEqual(['00:00', '01:30', '24:00', '07:00'])
})

test('blocks and strokes are said by day and hours', async () => {
  const english = await loadMessages('en')
  expect(blockText(english, 'en', { day: 6, start_minute: 1320, minutes: 540 })).toBe('Sunday 22:00–07:00')
  const nights = [0, 1, 2].map((day) => ({ start: cellAt(day, 1320), cells: 18 }))
  expect(spansText(english, 'en', nights)).toBe('Monday to Wednesday 22:00–07:00')
})
