import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GRID_MINUTES, WeekPlan, type WeekBlock } from '#contract'
import {
  CELLS_PER_DAY,
  CELLS_PER_WEEK,
  MINUTES_PER_CELL,
  blocksOf,
  cellAt,
  cellsOf,
  copyDay,
  erase,
  freeSpan,
  paint,
  resize,
  setTerms,
  spanOf,
  type WeekCells,
} from './week-paint.ts'

const NOTHING = cellsOf([])
const FEW = { resources: { cpu_cores: 2, ram_gb: 4 } }
const night = { start: cellAt(0, 22 * 60), cells: 18 }
const hour = (day: number, at: number, hours = 1) => ({ start: cellAt(day, at * 60), cells: hours * 2 })

test('a cell is as long as the plan allows', () => {
  expect(MINUTES_PER_CELL).toBe(GRID_MINUTES)
})

describe('painting', () => {
  test('a night past midnight is one block of the day that it begins on', () => {
    expect(blocksOf(paint(NOTHING, [night], {}))).toEqual([{ day: 0, start_minute: 1320, minutes: 540 }])
  })

  test('a night past Sunday is one block, too', () => {
    const cells = paint(NOTHING, [{ start: cellAt(6, 23 * 60), cells: 6 }], {})
    expect(cells[0]).toBeDefined()
    expect(blocksOf(cells)).toEqual([{ day: 6, start_minute: 1380, minutes: 180 }])
  })

  test('joins neighbours with equal terms, and keeps the terms of what is shared already', () => {
    const few = paint(NOTHING, [hour(2, 8)], FEW)
    expect(blocksOf(paint(few, [hour(2, 9)], FEW))).toEqual([
      { day: 2, start_minute: 480, minutes: 120, ...FEW },
    ])
    expect(blocksOf(paint(few, [hour(2, 7, 4)], {}))).toEqual([
      { day: 2, start_minute: 420, minutes: 60 },
      { day: 2, start_minute: 480, minutes: 60, ...FEW },
      { day: 2, start_minute: 540, minutes: 120 },
    ])
  })

  test('the whole week is seven days', () => {
    const blocks = blocksOf(paint(NOTHING, [{ start: 0, cells: CELLS_PER_WEEK }], {}))
    expect(blocks).toHaveLength(7)
    expect(blocks.every((block) => block.start_minute === 0 && block.minutes === 1440)).toBe(true)
  })

  test('what is longer than a day is cut at its midnights', () => {
    const cells = paint(NOTHING, [{ start: cellAt(4, 22 * 60), cells: 4 + 2 * CELLS_PER_DAY + 14 }], {})
    expect(blocksOf(cells).map(({ day, minutes }) => [day, minutes])).toEqual([
      [0, 420],
      [4, 120],
      [5, 1440],
      [6, 1440],
    ])
  })
})

describe('erasing', () => {
  test('in the middle leaves two blocks with the terms that there were', () => {
    const cells = erase(paint(NOTHING, [hour(1, 8, 4)], FEW), [hour(1, 10)])
    expect(blocksOf(cells)).toEqual([
      { day: 1, start_minute: 480, minutes: 120, ...FEW },
      { day: 1, start_minute: 660, minutes: 60, ...FEW },
    ])
  })
})

describe('resizing', () => {
  test('frees what the block leaves and takes the terms along', () => {
    const cells = paint(NOTHING, [hour(1, 8, 4)], FEW)
    const moved = resize(cells, hour(1, 8, 4), hour(1, 10, 4))
    expect(blocksOf(moved)).toEqual([{ day: 1, start_minute: 600, minutes: 240, ...FEW }])
  })

  test('over a neighbour takes from it', () => {
    const cells = paint(paint(NOTHING, [hour(1, 8, 2)], FEW), [hour(1, 10, 2)], {})
    expect(blocksOf(resize(cells, hour(1, 8, 2), hour(1, 8, 3)))).toEqual([
      { day: 1, start_minute: 480, minutes: 180, ...FEW },
      { day: 1, start_minute: 660, minutes: 60 },
    ])
  })
})

test('terms are set only where something is shared', () => {
  const cells = setTerms(paint(NOTHING, [hour(1, 8)], {}), hour(1, 8, 2), FEW)
  expect(blocksOf(cells)).toEqual([{ day: 1, start_minute: 480, minutes: 60, ...FEW }])
})

test('a copied day replaces what begins on the others, and its night goes on past midnight', () => {
  const blocks = blocksOf(paint(paint(NOTHING, [night], FEW), [hour(2, 12)], {}))
  expect(copyDay(blocks, 0, [0, 2, 6])).toEqual([
    { day: 0, start_minute: 1320, minutes: 540, ...FEW },
    { day: 2, start_minute: 1320, minutes: 540, ...FEW },
    { day: 6, start_minute: 1320, minutes: 540, ...FEW },
  ])
})

describe('of blocks that overlap', () => {
  const long: WeekBlock = { day: 0, start_minute: 0, minutes: 180 }
  const late: WeekBlock = { day: 0, start_minute: 60, minutes: 60, ...FEW }

  test('the one that begins last counts, whatever their order in the list', () => {
    const resolved = [
      { day: 0, start_minute: 0, minutes: 60 },
      late,
      { day: 0, start_minute: 120, minutes: 60 },
    ]
    expect(blocksOf(cellsOf([long, late]))).toEqual(resolved)
    expect(blocksOf(cellsOf([late, long]))).toEqual(resolved)
  })

  test("Sunday's night began before Monday's morning", () => {
    const sunday: WeekBlock = { day: 6, start_minute: 1380, minutes: 180 }
    expect(blocksOf(cellsOf([sunday, late]))).toEqual([late, { day: 6, start_minute: 1380, minutes: 120 }])
  })
})

test('free time is found from a moment on, through the end of the week', () => {
  const cells = erase(paint(NOTHING, [{ start: 0, cells: CELLS_PER_WEEK }], {}), [hour(1, 8)])
  expect(freeSpan(cells, cellAt(3, 0), 18)).toEqual(hour(1, 8))
  expect(freeSpan(NOTHING, cellAt(6, 1320), 18)).toEqual({ start: cellAt(6, 1320), cells: 18 })
  expect(freeSpan(paint(NOTHING, [{ start: 0, cells: CELLS_PER_WEEK }], {}), 0, 1)).toBeUndefined()
})

describe('any week', () => {
  const terms = fc.constantFrom({}, FEW, { priority: 1 }, { algorithms: ['render.path'] })
  const span = fc.record({
    start: fc.nat(CELLS_PER_WEEK - 1),
    cells: fc.integer({ min: 1, max: CELLS_PER_WEEK }),
  })
  const week = fc
    .array(fc.tuple(span, terms), { maxLength: 12 })
    .map((strokes) => strokes.reduce<WeekCells>((cells, [at, with_]) => paint(cells, [at], with_), NOTHING))

  test('is the same after a way through its blocks, which the plan takes', () => {
    fc.assert(
      fc.property(week, (cells) => {
        const blocks = blocksOf(cells)
        expect(cellsOf(blocks)).toEqual(cells)
        expect(blocksOf(cellsOf(blocks))).toEqual(blocks)
        const plan = {
          time_zone: 'UTC',
          resources: { cpu_cores: 1, ram_gb: 1 },
          priority: 0.5,
          exceptions: [],
        }
        expect(WeekPlan.safeParse({ ...plan, blocks }).success).toBe(true)
      }),
    )
  })

  test('has no two blocks in one half hour', () => {
    fc.assert(
      fc.property(week, (cells) => {
        const shared = cells.filter((one) => one !== undefined).length
        expect(blocksOf(cells).reduce((sum, block) => sum + spanOf(block).cells, 0)).toBe(shared)
      }),
    )
  })

  test('painted and erased again shares nothing there and the same elsewhere', () => {
    fc.assert(
      fc.property(week, span, (cells, at) => {
        expect(erase(paint(cells, [at], {}), [at])).toEqual(erase(cells, [at]))
      }),
    )
  })
})
