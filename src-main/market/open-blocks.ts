import type { UnitRange } from '../protocol/work.ts'
import type { Rendezvous } from './rendezvous.ts'

/** Consecutive open units, and how late in this peer's order they come. */
export interface Block {
  /** 0 for what this peer should offer first; larger for what others should rather have. */
  readonly level: number
  readonly first: number
  readonly count: number
}

/** One job's open units in the order in which this peer offers them. */
export interface OpenBlocks {
  /** The next block; undefined when none is left. */
  peek(): Block | undefined
  /** Takes the first units of the next block away. */
  consume(count: number): void
}

/** What `openBlocks` orders. */
export interface OpenUnits {
  /** Sorted, and apart from each other. */
  readonly ranges: readonly UnitRange[]
  readonly taken: ReadonlySet<number>
  /** How many units share a rank. All peers must cut a job into the same cells, or their ranks mean nothing. */
  readonly cellUnits: number
  /** How many peers compute each unit: as many peers are first for it. */
  readonly redundancy: number
  readonly rendezvous: Rendezvous
}

/**
 * Orders a job's open units: first the cells for which this peer ranks within the redundancy, by index; then the
 * others by rank and index. Works lazily: a million units cost no more than what is looked at.
 */
export function openBlocks(units: OpenUnits): OpenBlocks {
  const sequence = inOrder(units)
  let head: Block | undefined
  let ended = false
  return {
    peek() {
      if (head === undefined && !ended) {
        const next = sequence.next()
        if (next.done === true) ended = true
        else head = next.value
      }
      return head
    },
    consume(count) {
      if (head === undefined) return
      const left = head.count - count
      head = left > 0 ? { level: head.level, first: head.first + count, count: left } : undefined
    },
  }
}

function* inOrder(units: OpenUnits): Generator<Block, undefined> {
  const later = new Map<number, number[]>()
  for (const cell of cells(units)) {
    const rank = units.rendezvous.rank(cell)
    if (rank < units.redundancy) {
      yield* runs(units, cell, 0)
      continue
    }
    const sameRank = later.get(rank)
    if (sameRank === undefined) later.set(rank, [cell])
    else sameRank.push(cell)
  }
  for (const rank of [...later.keys()].sort((a, b) => a - b)) {
    for (const cell of later.get(rank) ?? []) yield* runs(units, cell, rank)
  }
  return undefined
}

/** The numbers of all cells that touch a range, each once, ascending. */
function* cells({ ranges, cellUnits }: OpenUnits): Generator<number, undefined> {
  let next = 0
  for (const [from, to] of ranges) {
    const last = Math.ceil(to / cellUnits)
    for (let cell = Math.max(next, Math.floor(from / cellUnits)); cell < last; cell++) yield cell
    next = Math.max(next, last)
  }
  return undefined
}

/** The runs of open units that are not taken, within one cell. */
function* runs(
  { ranges, taken, cellUnits }: OpenUnits,
  cell: number,
  level: number,
): Generator<Block, undefined> {
  const cellFrom = cell * cellUnits
  const cellTo = cellFrom + cellUnits
  for (let r = firstRangeEndingAfter(ranges, cellFrom); r < ranges.length; r++) {
    const [from = 0, to = 0] = ranges[r] ?? []
    if (from >= cellTo) break
    const end = Math.min(to, cellTo)
    let first = Math.max(from, cellFrom)
    for (let index = first; index <= end; index++) {
      if (index < end && !taken.has(index)) continue
      if (index > first) yield { level, first, count: index - first }
      first = index + 1
    }
  }
  return undefined
}

function firstRangeEndingAfter(ranges: readonly UnitRange[], index: number): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ranges[middle]?.[1] ?? 0) > index) high = middle
    else low = middle + 1
  }
  return low
}
