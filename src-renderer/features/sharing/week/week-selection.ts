/** The hours selected by moving from one cell of the grid to another, by mouse or by keys. Pure. */
import { CELLS_PER_DAY, CELLS_PER_WEEK, DAYS, wrapped, type Span } from './week-paint.ts'

/** A cell by row and column. Day 7 is the Monday after this Sunday, so that Sunday's night has an end. */
export type GridPoint = { readonly day: number; readonly slot: number }

/**
 * The spans between two cells. To the right, or up: the same hours of all days between. Down and back to the left:
 * nights, each from the first cell's time past midnight to the second's, the last ending on the second's day.
 */
export function spansBetween(from: GridPoint, to: GridPoint): Span[] {
  if (to.day > from.day && to.slot < from.slot) {
    const cells = CELLS_PER_DAY - from.slot + to.slot + 1
    return days(from.day, to.day - 1).map((day) => ({ start: cellOf({ day, slot: from.slot }), cells }))
  }
  const slot = Math.min(from.slot, to.slot)
  const cells = Math.abs(from.slot - to.slot) + 1
  const last = Math.min(Math.max(from.day, to.day), DAYS - 1)
  return days(Math.min(from.day, to.day), last).map((day) => ({ start: cellOf({ day, slot }), cells }))
}

/**
 * A block with one edge moved to a cell, which it then includes. It keeps at least half an hour and at most a day; the
 * other edge stays.
 */
export function resized(span: Span, edge: 'start' | 'end', to: GridPoint): Span {
  const at = to.day * CELLS_PER_DAY + to.slot
  if (edge === 'end') {
    // A Sunday's block may end on Monday, which is the grid's first row.
    const cells = nearest(at - span.start + 1, span.cells)
    return { start: span.start, cells: bounded(cells) }
  }
  const end = span.start + span.cells
  const cells = bounded(nearest(end - at, span.cells))
  return { start: wrapped(end - cells), cells }
}

/** The cell's number in the week. */
export function cellOf({ day, slot }: GridPoint): number {
  return wrapped(day * CELLS_PER_DAY + slot)
}

/** The row and column of a cell. */
export function pointOf(cell: number): GridPoint {
  return { day: Math.floor(cell / CELLS_PER_DAY), slot: cell % CELLS_PER_DAY }
}

/** Of lengths that mean the same edge in a week that goes round, the one that is the smallest change. */
function nearest(cells: number, before: number): number {
  const candidates = [cells - CELLS_PER_WEEK, cells, cells + CELLS_PER_WEEK]
  return candidates.reduce((best, one) => (Math.abs(one - before) < Math.abs(best - before) ? one : best))
}

function bounded(cells: number): number {
  return Math.min(CELLS_PER_DAY, Math.max(1, cells))
}

function days(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}
