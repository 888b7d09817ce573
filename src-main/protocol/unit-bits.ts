import { JOB_UNITS_MAX } from './limits.ts'
import { Bytes } from './bytes.ts'

/** A bit for each unit that a job may have. */
export const UNIT_BITS_BYTES_MAX = Math.ceil(JOB_UNITS_MAX / 8)

/**
 * A set of a job's units: unit n is bit n % 8, counted from the lowest, of byte n / 8. The last byte is not zero, so that a
 * set has one form.
 */
export const UnitBits = Bytes.refine(
  (bits) => bits.byteLength <= UNIT_BITS_BYTES_MAX,
  'more units than a job may have',
).refine((bits) => bits.at(-1) !== 0, 'ends with a zero')

/** The set of these units. */
export function unitBitsOf(units: Iterable<number>): Uint8Array {
  let bits = new Uint8Array(8)
  let length = 0
  for (const unit of units) {
    const at = unit >> 3
    if (at >= bits.byteLength) bits = grown(bits, at + 1)
    bits[at] = (bits[at] ?? 0) | (1 << (unit & 7))
    length = Math.max(length, at + 1)
  }
  return bits.slice(0, length)
}

function grown(bits: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(length, 2 * bits.byteLength))
  larger.set(bits)
  return larger
}

/** Whether a unit is in a set. */
export function hasUnit(bits: Uint8Array, unit: number): boolean {
  return (((bits[unit >> 3] ?? 0) >> (unit & 7)) & 1) === 1
}

/** How many units are in a set. */
export function countUnits(bits: Uint8Array): number {
  let count = 0
  for (const byte of bits) count += bitCount(byte)
  return count
}

/** How many units are in both sets. */
export function countCommon(a: Uint8Array, b: Uint8Array): number {
  let count = 0
  for (let at = 0; at < Math.min(a.byteLength, b.byteLength); at++)
    count += bitCount((a[at] ?? 0) & (b[at] ?? 0))
  return count
}

/** The units that are in either set. */
export function unionOf(a: Uint8Array, b: Uint8Array): Uint8Array {
  const [longer, shorter] = a.byteLength >= b.byteLength ? [a, b] : [b, a]
  return longer.map((byte, at) => byte | (shorter[at] ?? 0))
}

function bitCount(byte: number): number {
  let count = 0
  for (let left = byte; left !== 0; left &= left - 1) count++
  return count
}
