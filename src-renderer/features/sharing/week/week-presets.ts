/** Weeks that most people want. */
import { CELLS_PER_DAY, CELLS_PER_WEEK, DAYS, cellAt, type Span } from './week-paint.ts'

/** Nights begin and end when most people have gone to bed and not yet got up. */
const NIGHT_STARTS_MINUTE = 22 * 60
const NIGHT_CELLS = 18
const SATURDAY = 5

/** The presets in the order in which they are offered. */
export const PRESETS = ['nights', 'weekends', 'nights-and-weekends', 'always'] as const
export type Preset = (typeof PRESETS)[number]

/** The hours that a preset shares. */
export function presetSpans(preset: Preset): Span[] {
  switch (preset) {
    case 'nights':
      return nights()
    case 'weekends':
      return weekend()
    case 'nights-and-weekends':
      return [...nights(), ...weekend()]
    case 'always':
      return [{ start: 0, cells: CELLS_PER_WEEK }]
  }
}

function nights(): Span[] {
  return Array.from({ length: DAYS }, (_, day) => ({
    start: cellAt(day, NIGHT_STARTS_MINUTE),
    cells: NIGHT_CELLS,
  }))
}

function weekend(): Span[] {
  return [{ start: cellAt(SATURDAY, 0), cells: 2 * CELLS_PER_DAY }]
}
