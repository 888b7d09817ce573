import { describe, expect, test } from 'vitest'
import { cidOf, JOB, manifestCidOf, NOON, peerOf } from './brain.fixture.ts'
import { observedUnitMs } from './observed.ts'
import type { HeldUnit, Holding } from './state.ts'

/** Units of one award that ran, by when they ended; those that did not end are queued. */
interface Award {
  readonly atMs: number
  readonly endsMs: readonly (number | undefined)[]
}

function holdingOf(...awards: readonly Award[]): Holding {
  const metrics = { wall_ms: 1, cpu_ms: 1, peak_memory_bytes: 1, input_bytes: 1, output_bytes: 1 }
  const outcome = { kind: 'output', cid: cidOf('x'), metrics } as const
  const units = awards.flatMap(({ atMs, endsMs }) =>
    endsMs.map((endMs): HeldUnit => ({
      attempt: 1,
      awardedAtMs: NOON + atMs,
      status:
        endMs === undefined
          ? { state: 'queued' }
          : {
              state: 'ran',
              receipt: { unit_index: 0, attempt: 1, outcome },
              ranAtMs: NOON + endMs,
              delivered: false,
            },
    })),
  )
  return {
    requester: peerOf('A'),
    job: JOB,
    manifestCid: manifestCidOf('job'),
    units: new Map(units.entries()),
  }
}

describe('[B22] what a unit takes here', () => {
  test('is unknown before the first has run', () => {
    expect(observedUnitMs(holdingOf(), NOON, 1)).toBeUndefined()
    expect(observedUnitMs(holdingOf({ atMs: 0, endsMs: [undefined] }), NOON, 1)).toBeUndefined()
  })

  test('is the time of its award, shared by the units that ran in it', () => {
    expect(observedUnitMs(holdingOf({ atMs: 0, endsMs: [10, 20, 30, 40, undefined] }), NOON, 1)).toBe(10)
  })

  test('counts as often as units run at once, and no oftener than there are units', () => {
    expect(observedUnitMs(holdingOf({ atMs: 0, endsMs: [100, 100, 200, 200] }), NOON, 2)).toBe(100)
    expect(observedUnitMs(holdingOf({ atMs: 0, endsMs: [100] }), NOON, 8)).toBe(100)
  })

  test('does not count the time in which an earlier award was at work', () => {
    const [first, second] = [
      { atMs: 0, endsMs: [100, 200] },
      { atMs: 10, endsMs: [300, 400] },
    ]
    expect(observedUnitMs(holdingOf(first, second), NOON, 1)).toBeCloseTo(100)
  })

  test('forgets the first units, which load and compile', () => {
    const slow = { atMs: 0, endsMs: [2_000] }
    const fast = { atMs: 2_000, endsMs: Array.from({ length: 50 }, (_, i) => 2_001 + i) }
    expect(observedUnitMs(holdingOf(slow, fast), NOON, 1)).toBeLessThan(15)
  })

  test('leaves out what was awarded before the program started: it waited for that', () => {
    const before = { atMs: -60_000, endsMs: [50] }
    expect(observedUnitMs(holdingOf(before), NOON, 1)).toBeUndefined()
    expect(observedUnitMs(holdingOf(before, { atMs: 0, endsMs: [10] }), NOON, 1)).toBe(10)
  })
})
