import { describe, expect, test } from 'vitest'
import { decodeCanonical, encodeCanonical } from './canonical.ts'
import { Comparator, comparatorName, comparatorOf, NamedComparator } from './comparator.ts'

const CID = `bafkrei${'a'.repeat(52)}`

describe('a comparator in a manifest', () => {
  test.each([
    { name: 'exact-hash' },
    { name: 'numeric-tolerance', element: 'f32', absolute: 1e-6, relative: 0.01, outliers: 0 },
    { name: 'image', rmse_max: 0.1, ssim_min: 0.9 },
    { name: 'module', cid: CID },
  ])('[V11] is a rule with its parameters: $name', (comparator) => {
    expect(Comparator.parse(comparator)).toEqual(comparator)
    expect(comparatorOf(NamedComparator.parse(comparator))).toEqual(comparator)
    expect(decodeCanonical(encodeCanonical(comparator), NamedComparator, 1_000)).toEqual({
      ok: true,
      value: comparator,
    })
  })

  test.each([
    { name: 'exact-hash', strictly: true },
    { name: 'numeric-tolerance', element: 'f16', absolute: 0, relative: 0, outliers: 0 },
    { name: 'numeric-tolerance', element: 'f32', absolute: -1, relative: 0, outliers: 0 },
    { name: 'numeric-tolerance', element: 'f32', absolute: Infinity, relative: 0, outliers: 0 },
    { name: 'numeric-tolerance', element: 'f32', absolute: 0, relative: 1.1, outliers: 0 },
    { name: 'numeric-tolerance', element: 'f32', absolute: 0, relative: 0, outliers: 1.1 },
    { name: 'numeric-tolerance', element: 'f32', absolute: NaN, relative: 0, outliers: 0 },
    { name: 'image', rmse_max: 1.1, ssim_min: 0.9 },
    { name: 'image', rmse_max: 0.1 },
    { name: 'image', rmse_max: 0.1, ssim_min: 0.9, more: 1 },
    { name: 'module', cid: 'bafy' },
    { name: '' },
  ])('[V11] has bounds: %o', (comparator) => {
    expect(NamedComparator.safeParse(comparator).success).toBe(false)
  })

  test('[V11] is a name alone in older manifests, and exact-hash where none is named', () => {
    expect(comparatorOf(NamedComparator.parse('exact-hash'))).toEqual({ name: 'exact-hash' })
    expect(comparatorOf()).toEqual({ name: 'exact-hash' })
    expect(comparatorOf('image')).toBeUndefined()
  })

  test('[W39] of a newer version is read, kept as it came, and has its name', () => {
    const newer = { name: 'audio', snr_min: 40, bands: [1, 2] }
    expect(NamedComparator.parse(newer)).toEqual(newer)
    expect(comparatorOf(newer)).toBeUndefined()
    expect([comparatorName(newer), comparatorName('ssim'), comparatorName()]).toEqual([
      'audio',
      'ssim',
      'exact-hash',
    ])
  })
})
