import { describe, expect, it } from 'vitest'
import { commitmentOf, createBrain, ME, NOON, peerOf, SLOT } from '../../../peer/brain.fixture.ts'
import { renderRules } from '../../../protocol/job-kinds/render.ts'
import type { AlgorithmCapability, AvailabilitySlot } from '../../../protocol/slot.ts'
import { toTimestamp } from '../../../protocol/time.ts'
import { memoryFit, mustFitSomewhere } from './memory-fit.ts'

const [BOB, CY] = [peerOf('B'), peerOf('C')]
const HOUR_MS = 3_600_000
const RENDERER: AlgorithmCapability = {
  ...{ algorithm_id: renderRules.id, version: renderRules.version },
  ...{ supported: true, performance_score: 0.5 },
}

/** A slot that lends so much memory, from some moment on for an hour. */
function lending(ram_gb: number, renderer = RENDERER, startMs = NOON - 1_000): AvailabilitySlot {
  const times = { start_time: toTimestamp(startMs), end_time: toTimestamp(startMs + HOUR_MS) }
  return { ...SLOT, ...times, resources: { ...SLOT.resources, ram_gb }, algorithms: [renderer] }
}

/** This peer, measured with 2 GB, and contacts that have published these slots. */
function mesh(slots: Readonly<Record<string, readonly AvailabilitySlot[]>>, isMeasured = true) {
  const brain = createBrain({ [BOB]: 1, [CY]: 0 })
  const machine = { resources: { cpu_cores: 2, ram_gb: 2 }, lendsPartOfCores: true }
  if (isMeasured) {
    brain.happens({ kind: 'capabilities-measured', at_ms: NOON, algorithms: [RENDERER], machine })
  }
  for (const [peer, some] of Object.entries(slots)) {
    const commitment = commitmentOf(peer as typeof BOB, NOON, { slots: [...some], trust: { [ME]: 1 } })
    brain.happens({ kind: 'commitment', at_ms: NOON, commitment })
  }
  return brain.state
}

describe('[F7] the memory that a unit needs', () => {
  it('names those who share now and lend less, the largest first, and nobody who lends enough', () => {
    const state = mesh({ [BOB]: [lending(0.5)], [CY]: [lending(0.1)] })
    expect(memoryFit(state, 0.4, NOON)).toEqual({ smaller: [], fitsNowhere: false })
    expect(memoryFit(state, 1, NOON)).toMatchObject({
      smaller: [{ peer_id: BOB, is_self: false, ram_gb: 0.5 }],
      fitsNowhere: false,
    })
    expect(memoryFit(state, 3, NOON).smaller).toMatchObject([{ is_self: true, ram_gb: 2 }, { peer_id: BOB }])
  })

  it('counts the limit of a unit that a peer’s user has set', () => {
    const state = mesh({ [BOB]: [lending(8, { ...RENDERER, lent: { memory_pages: 1_600 } })] })
    // 1,600 pages and what a worker takes besides.
    expect(memoryFit(state, 1, NOON).smaller[0]?.ram_gb).toBeCloseTo(0.285, 2)
  })

  it('fits nowhere only where everybody is known to lend less, now and later', () => {
    expect(memoryFit(mesh({ [BOB]: [lending(0.5)] }), 3, NOON).fitsNowhere).toBe(true)
    const tonight = [lending(0.5), lending(8, RENDERER, NOON + HOUR_MS)]
    expect(memoryFit(mesh({ [BOB]: tonight }), 3, NOON).fitsNowhere).toBe(false)
    expect(memoryFit(mesh({}), 3, NOON).fitsNowhere).toBe(false)
    expect(memoryFit(mesh({ [BOB]: [] }), 3, NOON).fitsNowhere).toBe(false)
    expect(memoryFit(mesh({ [BOB]: [lending(0.5)] }, false), 3, NOON).fitsNowhere).toBe(false)
  })

  it('of those who are gone counts as they said last', () => {
    const state = mesh({ [BOB]: [lending(4)] })
    state.view.connected.delete(BOB)
    expect(memoryFit(state, 3, NOON)).toMatchObject({ smaller: [{ is_self: true }], fitsNowhere: false })
    expect(memoryFit(state, 5, NOON)).toMatchObject({ smaller: [{ is_self: true }], fitsNowhere: true })
  })

  it('is refused in one line with who lends how much', () => {
    const state = mesh({ [BOB]: [lending(0.5)] })
    expect(() => mustFitSomewhere(state, 1.5, NOON)).not.toThrow()
    expect(() => mustFitSomewhere(state, 2.125, NOON)).toThrow(
      /^each unit needs 2\.13 GB of memory, more than anybody lends \(this PC lends 2 GB, .+ lends 0\.5 GB\): lend more memory, or make the scene smaller$/,
    )
  })
})
