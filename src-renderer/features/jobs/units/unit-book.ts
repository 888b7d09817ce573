import type { PeerId, UnitNews, UnitView } from '#contract'

/** The known units of a job; the others are open and were never given to a peer. */
export interface UnitBook {
  readonly total: number
  readonly peers: readonly PeerId[]
  readonly units: ReadonlyMap<number, UnitView>
}

/** Which units of a book are looked at. */
export type UnitFilter = 'all' | 'running' | 'troubled'

/** Before anything was told. */
export const EMPTY_BOOK: UnitBook = { total: 0, peers: [], units: new Map() }

/**
 * The book after news. The map is one and the same and is changed, so that ten messages a second about ten thousand
 * units cost what changed and no more; the book around it is new.
 */
export function withUnitNews(book: UnitBook, { total, peers, units }: UnitNews): UnitBook {
  const map = book === EMPTY_BOOK ? new Map<number, UnitView>() : (book.units as Map<number, UnitView>)
  for (const unit of units) map.set(unit.index, unit)
  return { total, peers, units: map }
}

/** The units of a filter in their order: how many, and the index of each. */
export function unitIndexes(
  book: UnitBook,
  filter: UnitFilter,
  redundancy: number,
): { readonly count: number; readonly at: (row: number) => number } {
  if (filter === 'all') return { count: book.total, at: (row) => row }
  const chosen: number[] = []
  for (const unit of book.units.values()) if (isIn(filter, unit, redundancy)) chosen.push(unit.index)
  chosen.sort((a, b) => a - b)
  return { count: chosen.length, at: (row) => chosen[row] ?? 0 }
}

/** A unit that nothing was told of. */
export function untouchedUnit(index: number): UnitView {
  return { index, state: 'open', by: [], attempts: 0 }
}

function isIn(filter: Exclude<UnitFilter, 'all'>, unit: UnitView, redundancy: number): boolean {
  switch (filter) {
    case 'running':
      return unit.state === 'running' || unit.state === 'returned'
    case 'troubled':
      return unit.fault !== undefined || unit.attempts > redundancy
  }
}
