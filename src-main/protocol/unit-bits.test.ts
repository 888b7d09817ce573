import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeCanonical, encodeCanonical } from './canonical.ts'
import { PeerId } from './ids.ts'
import { JOB_UNITS_MAX, MESSAGE_BYTES_MAX } from './limits.ts'
import { toTimestamp } from './time.ts'
import {
  countCommon,
  countUnits,
  hasUnit,
  unionOf,
  unitBitsOf,
  UnitBits,
  UNIT_BITS_BYTES_MAX,
} from './unit-bits.ts'
import { JobVerdict } from './verdict.ts'

const units = fc.uniqueArray(fc.nat({ max: 3_000 }))

describe('a set of units', () => {
  test('[J5] has what was put into it, in one form', () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        const [bits, other] = [unitBitsOf(a), unitBitsOf(b)]
        expect(UnitBits.safeParse(bits).success).toBe(true)
        expect(countUnits(bits)).toBe(a.length)
        expect(a.every((unit) => hasUnit(bits, unit))).toBe(true)
        expect(unitBitsOf([...a].reverse())).toEqual(bits)
        expect(countCommon(bits, other)).toBe(a.filter((unit) => b.includes(unit)).length)
        expect(unionOf(bits, other)).toEqual(unitBitsOf([...a, ...b]))
      }),
    )
  })

  test('[E4] is no larger than a job, and does not end with zeros', () => {
    const whole = unitBitsOf([JOB_UNITS_MAX - 1])
    expect(whole.byteLength).toBe(UNIT_BITS_BYTES_MAX)
    expect(UnitBits.safeParse(whole).success).toBe(true)
    expect(UnitBits.safeParse(new Uint8Array(UNIT_BITS_BYTES_MAX + 1).fill(1)).success).toBe(false)
    expect(UnitBits.safeParse(new Uint8Array([1, 0])).success).toBe(false)
  })
})

describe('a verdict', () => {
  const peer = (letter: string) => PeerId.parse(`12D3KooW${letter.repeat(44)}`)
  const verdictOf = (won: Uint8Array, lost: Uint8Array) => ({
    job_id: 'job',
    requester_id: peer('A'),
    provider_id: peer('B'),
    manifest_cid: 'bafyreifwhq7exsek6nmmiafpycxfgo6cu3fwmmicoofcecfqt5fgilsneq',
    won,
    lost,
    timestamp: toTimestamp(0),
  })

  test('[J5] of the largest job fits a message, and is read again', () => {
    const half = (from: number) => Array.from({ length: JOB_UNITS_MAX / 2 }, (_, i) => 2 * i + from)
    const bytes = encodeCanonical(verdictOf(unitBitsOf(half(0)), unitBitsOf(half(1))))
    expect(bytes.byteLength).toBeLessThan(MESSAGE_BYTES_MAX / 8)
    const read = decodeCanonical(bytes, JobVerdict, MESSAGE_BYTES_MAX)
    expect(read.ok && countUnits(read.value.won)).toBe(JOB_UNITS_MAX / 2)
  })

  test('[J5] says no unit both won and lost', () => {
    expect(JobVerdict.safeParse(verdictOf(unitBitsOf([1]), unitBitsOf([2]))).success).toBe(true)
    expect(JobVerdict.safeParse(verdictOf(unitBitsOf([1, 2]), unitBitsOf([2]))).success).toBe(false)
  })
})
