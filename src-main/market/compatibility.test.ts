import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toTimestamp } from '../protocol/time.ts'
import { expectedDurationMs, isCompatible, localityScore, UNIT_DURATION_MS_MIN } from './compatibility.ts'
import { NOW_MS, sampleSlot, sampleUnit } from './sample-market.ts'

const slot = sampleSlot('night')

function capability(performance_score: number, changes = {}) {
  return { algorithm_id: 'render', version: '1', supported: true, performance_score, ...changes }
}

describe('a unit and a slot', () => {
  test('[M8] go together with enough of everything, the algorithm and the time', () => {
    expect(isCompatible(sampleUnit('a'), slot, NOW_MS)).toEqual({ compatible: true, score: 1 })
  })

  test('[M8] do not without enough of any one resource; what is not named is not there', () => {
    for (const [dimension, needed] of [
      ['cpu_cores', 8.1],
      ['ram_gb', 65],
      ['gpu_vram_gb', 0.1],
      ['disk_gb', 1],
      ['network_mbps', 1],
    ] as const) {
      const unit = sampleUnit('a', { required_resources: { cpu_cores: 1, ram_gb: 1, [dimension]: needed } })
      expect([dimension, isCompatible(unit, slot, NOW_MS)]).toEqual([
        dimension,
        { compatible: false, reason: 'resources' },
      ])
    }
  })

  test('[M8] do not without the algorithm in this version, supported, and running at all', () => {
    for (const algorithms of [
      [],
      [capability(1, { version: '2' })],
      [capability(1, { algorithm_id: 'other' })],
      [capability(1, { supported: false })],
      [capability(0)],
    ]) {
      const found = isCompatible(sampleUnit('a'), sampleSlot('s', { algorithms }), NOW_MS)
      expect(found).toEqual({ compatible: false, reason: 'algorithm' })
    }
  })

  test('[M8] do not when less time is left than the unit takes there', () => {
    const endsIn = (ms: number) => sampleSlot('s', { end_time: toTimestamp(NOW_MS + ms) })
    expect(isCompatible(sampleUnit('a'), endsIn(10_000), NOW_MS)).toMatchObject({ compatible: true })
    expect(isCompatible(sampleUnit('a'), endsIn(9_999), NOW_MS)).toEqual({
      compatible: false,
      reason: 'time',
    })
    const slow = { ...endsIn(10_000), algorithms: [capability(0.5)] }
    expect(isCompatible(sampleUnit('a'), slow, NOW_MS)).toEqual({ compatible: false, reason: 'time' })
    const later = sampleSlot('s', {
      start_time: toTimestamp(NOW_MS + 5_000),
      end_time: toTimestamp(NOW_MS + 14_999),
    })
    expect(isCompatible(sampleUnit('a'), later, NOW_MS)).toEqual({ compatible: false, reason: 'time' })
  })

  test('[M6] near data scores best, unmentioned data in between', () => {
    const unit = sampleUnit('a', { required_dataset: 'scene' })
    const withData = (has_local_copy: boolean) =>
      sampleSlot('s', { data_locality: [{ dataset_id: 'scene', has_local_copy }] })
    expect(localityScore(sampleUnit('a'), slot)).toBe(1)
    expect(localityScore(unit, withData(true))).toBe(1)
    expect(localityScore(unit, slot)).toBe(0.5)
    expect(localityScore(unit, sampleSlot('s', { data_locality: [] }))).toBe(0.5)
    expect(localityScore(unit, withData(false))).toBe(0.3)
    expect(isCompatible(unit, withData(false), NOW_MS)).toEqual({ compatible: true, score: 0.3 })
  })

  test('[M8] a unit takes its estimate divided by the score, never nothing, and for ever with score 0', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 604_800, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seconds, score) => {
          const unit = sampleUnit('a', { estimated_duration_seconds: seconds })
          const ms = expectedDurationMs(unit, capability(score))
          expect(ms).toBeGreaterThanOrEqual(UNIT_DURATION_MS_MIN)
          if (score === 0) expect(ms).toBe(Number.POSITIVE_INFINITY)
          else expect(ms).toBe(Math.max(UNIT_DURATION_MS_MIN, (seconds * 1_000) / score))
        },
      ),
    )
  })
})
