/** Where keys move the grid's cursor. Pure. */
import { CELLS_PER_DAY, DAYS } from '../week-paint.ts'
import type { GridPoint } from '../week-selection.ts'

/** As many cells as an hour or a day are; a page of half hours is six hours. */
const PAGE_CELLS = 12

/** A key as the grid looks at it. */
export type CursorKey = {
  readonly key: string
  /** Ctrl, or Cmd on a Mac. */
  readonly isCommand: boolean
  /** Extends what is selected; only then may the cursor go on to the Monday after. */
  readonly isExtending: boolean
}

/**
 * The cell that a key moves to, or undefined for keys that do not move. Left and right go on past midnight, so that a
 * night is one movement; past the week's ends they stay.
 */
export function movedCursor(
  at: GridPoint,
  { key, isCommand, isExtending }: CursorKey,
): GridPoint | undefined {
  const last = isExtending ? DAYS : DAYS - 1
  switch (key) {
    case 'ArrowRight':
      return linear(at, 1, last)
    case 'ArrowLeft':
      return linear(at, -1, last)
    case 'PageDown':
      return linear(at, PAGE_CELLS, last)
    case 'PageUp':
      return linear(at, -PAGE_CELLS, last)
    case 'ArrowDown':
      return { day: Math.min(DAYS - 1, at.day + 1), slot: at.slot }
    case 'ArrowUp':
      return { day: Math.max(0, at.day - 1), slot: at.slot }
    case 'Home':
      return { day: isCommand ? 0 : at.day, slot: 0 }
    case 'End':
      return { day: isCommand ? DAYS - 1 : at.day, slot: CELLS_PER_DAY - 1 }
    default:
      return undefined
  }
}

function linear(at: GridPoint, by: number, lastDay: number): GridPoint {
  const cells = (lastDay + 1) * CELLS_PER_DAY
  const cell = Math.min(cells - 1, Math.max(0, at.day * CELLS_PER_DAY + at.slot + by))
  return { day: Math.floor(cell / CELLS_PER_DAY), slot: cell % CELLS_PER_DAY }
}
