import { describe, expect, test } from 'vitest'
import type { PeerEvent } from '../peer/event.ts'
import type { PeerState } from '../peer/state.ts'
import { advance } from '../peer/step.ts'
import { simulate, type Report } from './simulate.ts'

/** Seeds in one test, so that a runner shows progress and a failure says where. */
const SEEDS_PER_TEST = 10
/** Seeds of meshes of seven, from 1 on. `npm run sim` runs 200, and more when it is told so. */
const SEEDS = 20
/** More seeds up to 200, so that rare turns of events come about here too. */
const RARE_SEEDS = [48, 58, 61, 65, 66, 71, 78, 97, 148, 161, 170, 200]
/** Seeds of meshes of two, three and four peers, from 1 on. */
const SMALL_SEEDS = 6

/** The reports of meshes of seven that were run. */
const sevens = new Map<number, Report>()

async function runSeven(seed: number): Promise<Report> {
  const report = sevens.get(seed) ?? (await simulate({ seed, peers: 7 }))
  sevens.set(seed, report)
  return report
}

/** So many seeds, from `first` on. */
function seedsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i)
}

/** Their runs, one after the other. */
async function runAll(seeds: readonly number[], run: (seed: number) => Promise<Report>): Promise<Report[]> {
  const reports: Report[] = []
  for (const seed of seeds) reports.push(await run(seed))
  return reports
}

/** The broken invariants, with the command that runs the seed again. */
function brokenOf(reports: readonly Report[]): string[] {
  return reports.flatMap(({ parameters: { seed, peers }, broken }) =>
    broken === undefined ? [] : [`npm run sim -- --seed ${seed} --peers ${peers} --trace  ${broken.message}`],
  )
}

describe('a mesh keeps its promises whatever happens to it', () => {
  for (let first = 1; first <= SEEDS; first += SEEDS_PER_TEST) {
    test(`[S0]–[S18] seven peers, seeds ${first} to ${first + SEEDS_PER_TEST - 1}`, async () => {
      expect(brokenOf(await runAll(seedsFrom(first, SEEDS_PER_TEST), runSeven))).toEqual([])
    })
  }

  test('[S0]–[S18] seven peers, seeds of which rare things come', async () => {
    expect(brokenOf(await runAll(RARE_SEEDS, runSeven))).toEqual([])
  })

  // Where no peer can stand in for another, every lost message matters.
  for (const peers of [2, 3, 4]) {
    test(`[S0]–[S18] ${peers} peers, seeds 1 to ${SMALL_SEEDS}`, async () => {
      const reports = await runAll(seedsFrom(1, SMALL_SEEDS), (seed) => simulate({ seed, peers }))
      expect(brokenOf(reports)).toEqual([])
    })
  }
})

describe('a simulation', () => {
  test('[P1] is the same every time for one seed', async () => {
    const traces: string[][] = [[], []]
    const reports: Report[] = []
    for (const lines of traces) {
      reports.push(await simulate({ seed: 11, peers: 5 }, { trace: (line) => lines.push(line) }))
    }
    expect(reports[1]).toEqual(reports[0])
    expect(traces[1]).toEqual(traces[0])
  })

  test('is another one for another seed', async () => {
    const [first, second] = [await simulate({ seed: 12, peers: 5 }), await simulate({ seed: 13, peers: 5 })]
    expect(first.digest).not.toBe(second.digest)
  })

  test('lets bad things happen: crashes, lies and lost work are in a few seeds', async () => {
    const reports = await runAll(seedsFrom(1, SEEDS), runSeven)
    const sum = (of: (report: (typeof reports)[number]) => number): number =>
      reports.reduce((total, report) => total + of(report), 0)
    expect(sum((r) => r.crashes)).toBeGreaterThan(10)
    expect(sum((r) => r.rejectedOutputs)).toBeGreaterThan(10)
    expect(sum((r) => r.units)).toBeGreaterThan(1_000)
  })
})

/** A brain to which some events mean nothing. */
function without(...deaf: PeerEvent['kind'][]): typeof advance {
  const nothing = { durable: [], effects: [], notices: [] }
  return (state, event) => (deaf.includes(event.kind) ? nothing : advance(state, event))
}

/** A brain that does something else, too, when an event comes. */
function withSide(kind: PeerEvent['kind'], side: (state: PeerState) => void): typeof advance {
  return (state, event) => {
    if (event.kind === kind) side(state)
    return advance(state, event)
  }
}

/** A brain that does not write such events down. */
function forgetful(kind: PeerEvent['kind']): typeof advance {
  return (state, event) => {
    const result = advance(state, event)
    return { ...result, durable: result.durable.filter((written) => written.kind !== kind) }
  }
}

function fail(): never {
  throw new TypeError('a defect')
}

describe('a brain that is broken', () => {
  test.each<[string, string, typeof advance]>([
    ['S0', 'throws', withSide('results-received', fail)],
    ['S7', 'changes what is durable by an event that is not', withSide('allocate', (state) => state.epoch++)],
    ['S7', 'does not write down what it was given', forgetful('award-received')],
    ['S12', 'hears no results', without('results-received')],
    ['S13', 'hears of no job’s end', without('settled', 'withdrawn', 'commitment')],
    ['S17', 'never looks for work', without('allocate')],
  ])('[S0] [S7] [S12, S13] [S17] is reported by %s when it %s', async (rule, _, brain) => {
    const rules: (string | undefined)[] = []
    for (const seed of seedsFrom(1, 8)) {
      rules.push((await simulate({ seed, peers: 3 }, { brain })).broken?.rule)
      if (rules.includes(rule)) return
    }
    expect(rules).toContain(rule)
  })
})
