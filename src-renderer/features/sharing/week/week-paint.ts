/**
 * The painted week as half hours, and back to the blocks that the plan keeps. Pure: cells in, cells out.
 *
 * @example blocksOf(paint(cellsOf([]), [{ start: cellAt(0, 22 * 60), cells: 18 }], {}))
 * // [{ day: 0, start_minute: 1320, minutes: 540 }]: Monday 22:00 to Tuesday 07:00
 */
import type { WeekBlock } from '#contract'

/** The grid has half hours, as the plan's blocks have. */
export const MINUTES_PER_CELL = 30
/** Columns of the grid. */
export const CELLS_PER_DAY = 48
/** Rows of the grid; 0 is Monday. */
export const DAYS = 7
/** The week goes round: after its last cell comes its first. */
export const CELLS_PER_WEEK = DAYS * CELLS_PER_DAY

/** The terms of a block; those that it leaves out are the plan's. */
export type BlockTerms = Pick<WeekBlock, 'resources' | 'algorithms' | 'priority'>

/** One entry for each half hour of the week, Monday 00:00 first: its terms, or undefined where nothing is shared. */
export type WeekCells = readonly (BlockTerms | undefined)[]

/** Consecutive cells; a span that runs past Sunday's end goes on on Monday. */
export type Span = { readonly start: number; readonly cells: number }

/** The cell that a wall-clock time of a day lies in. */
export function cellAt(day: number, minute: number): number {
  return wrapped(day * CELLS_PER_DAY + Math.floor(minute / MINUTES_PER_CELL))
}

/** A cell of the week for any whole number, as the week goes round. */
export function wrapped(cell: number): number {
  return ((cell % CELLS_PER_WEEK) + CELLS_PER_WEEK) % CELLS_PER_WEEK
}

/** Where a block lies in the week. */
export function spanOf(block: Pick<WeekBlock, 'day' | 'start_minute' | 'minutes'>): Span {
  return { start: cellAt(block.day, block.start_minute), cells: block.minutes / MINUTES_PER_CELL }
}

/** The cells of blocks. Where blocks overlap, the one that begins last counts, then the shorter, as for the node. */
export function cellsOf(blocks: readonly WeekBlock[]): WeekCells {
  const cells = new Array<BlockTerms | undefined>(CELLS_PER_WEEK).fill(undefined)
  const strokes = blocks
    .flatMap((block) => {
      const terms = termsOf(block)
      const { start, cells: length } = spanOf(block)
      // A block that goes on past Sunday began before all blocks of this week.
      return [start, start - CELLS_PER_WEEK].map((from) => ({ from, length, terms }))
    })
    .sort((a, b) => a.from - b.from || b.length - a.length)
  for (const { from, length, terms } of strokes) {
    const to = Math.min(CELLS_PER_WEEK, from + length)
    for (let cell = Math.max(0, from); cell < to; cell++) cells[cell] = terms
  }
  return cells
}

/**
 * The fewest blocks that say the same, in the week's order: neighbours with equal terms are one block, also past
 * midnight and past Sunday. What lasts longer than a day is cut at its midnights, since a block lasts a day at most.
 */
export function blocksOf(cells: WeekCells): WeekBlock[] {
  const begins = Array.from({ length: CELLS_PER_WEEK }, (_, cell) => cell).filter((cell) => {
    const terms = cells[cell]
    return terms !== undefined && !isSameTerms(terms, cells[wrapped(cell - 1)])
  })
  // All week long in equal terms: nothing begins, so the first midnight does.
  const first = begins.length === 0 && cells[0] !== undefined ? [0] : begins
  return first
    .map((start) => ({ start, cells: lengthFrom(cells, start) }))
    .flatMap((span) => (span.cells <= CELLS_PER_DAY ? [span] : cutAtMidnights(span)))
    .sort((a, b) => a.start - b.start)
    .map((span) => blockAt(span, cells[span.start] ?? {}))
}

/** Shares the spans' cells. What is shared there already keeps its terms. */
export function paint(cells: WeekCells, spans: readonly Span[], terms: BlockTerms): WeekCells {
  return changed(cells, spans, (now) => now ?? terms)
}

/** Shares nothing in the spans' cells. */
export function erase(cells: WeekCells, spans: readonly Span[]): WeekCells {
  return changed(cells, spans, () => undefined)
}

/** Gives all that is shared in the span these terms. */
export function setTerms(cells: WeekCells, span: Span, terms: BlockTerms): WeekCells {
  return changed(cells, [span], (now) => (now === undefined ? undefined : terms))
}

/** Moves a block's edges: what it leaves is free, what it takes from a neighbour gets its terms. */
export function resize(cells: WeekCells, from: Span, to: Span): WeekCells {
  const terms = cells[from.start] ?? {}
  return changed(erase(cells, [from]), [to], () => terms)
}

/** Makes the blocks that begin on some days the same as those of one day. Nights go on past midnight as they did. */
export function copyDay(blocks: readonly WeekBlock[], from: number, to: readonly number[]): WeekBlock[] {
  const targets = to.filter((day) => day !== from)
  const kept = blocks.filter((block) => !targets.includes(block.day))
  const copies = targets.flatMap((day) =>
    blocks.filter((block) => block.day === from).map((block) => ({ ...block, day })),
  )
  return blocksOf(cellsOf([...kept, ...copies]))
}

/** The first stretch of at most so many free cells, from a cell on; undefined where the whole week is shared. */
export function freeSpan(cells: WeekCells, from: number, most: number): Span | undefined {
  for (let i = 0; i < CELLS_PER_WEEK; i++) {
    const start = wrapped(from + i)
    if (cells[start] !== undefined) continue
    let length = 1
    while (length < most && cells[wrapped(start + length)] === undefined) length++
    return { start, cells: length }
  }
  return undefined
}

/** The terms of a block, without when it is. */
export function termsOf(block: BlockTerms): BlockTerms {
  return {
    ...(block.resources === undefined ? {} : { resources: block.resources }),
    ...(block.algorithms === undefined ? {} : { algorithms: block.algorithms }),
    ...(block.priority === undefined ? {} : { priority: block.priority }),
  }
}

/** Whether two half hours are shared alike. */
export function isSameTerms(a: BlockTerms | undefined, b: BlockTerms | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  return termsKey(a) === termsKey(b)
}

function termsKey({ resources, algorithms, priority }: BlockTerms): string {
  const amounts = resources && [
    resources.cpu_cores,
    resources.ram_gb,
    resources.gpu_vram_gb ?? 0,
    resources.disk_gb ?? 0,
    resources.network_mbps ?? 0,
  ]
  return JSON.stringify([amounts ?? null, algorithms?.toSorted() ?? null, priority ?? null])
}

/** The cells of a span, one by one. */
export function cellsIn({ start, cells }: Span): number[] {
  return Array.from({ length: Math.min(cells, CELLS_PER_WEEK) }, (_, i) => wrapped(start + i))
}

function changed(
  cells: WeekCells,
  spans: readonly Span[],
  change: (now: BlockTerms | undefined) => BlockTerms | undefined,
): WeekCells {
  const next = [...cells]
  for (const cell of new Set(spans.flatMap(cellsIn))) next[cell] = change(next[cell])
  return next
}

/** For how many cells the terms of the first go on. */
function lengthFrom(cells: WeekCells, start: number): number {
  let length = 1
  while (length < CELLS_PER_WEEK && isSameTerms(cells[start], cells[wrapped(start + length)])) length++
  return length
}

/** A span in pieces of which none goes on past midnight. */
export function cutAtMidnights({ start, cells }: Span): Span[] {
  const first = Math.min(cells, CELLS_PER_DAY - (start % CELLS_PER_DAY))
  const rest = cells - first
  const days = Array.from({ length: Math.ceil(rest / CELLS_PER_DAY) }, (_, day) => ({
    start: wrapped(start + first + day * CELLS_PER_DAY),
    cells: Math.min(CELLS_PER_DAY, rest - day * CELLS_PER_DAY),
  }))
  return [{ start, cells: first }, ...days]
}

function blockAt({ start, cells }: Span, terms: BlockTerms): WeekBlock {
  return {
    day: Math.floor(start / CELLS_PER_DAY),
    start_minute: (start % CELLS_PER_DAY) * MINUTES_PER_CELL,
    minutes: cells * MINUTES_PER_CELL,
    ...terms,
  }
}
