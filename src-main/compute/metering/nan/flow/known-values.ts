/**
 * Values that are no results of arithmetic which may be NaN, as numbers below FIRST_NODE that say what is known of
 * them: 0 is not a float at all; else, less 1, in bits from below
 *
 * - 2 bits of `TAINT`
 * - 2 bits of `MASK`
 * - 11 bits: the bound, b > 0 says that no float in it is 2^(b−1) or more; 0 that one may be infinite
 * - 1 bit: all floats in it are 1 or more, or −1 or less
 */

/** As what a value must not be made canonical, because a NaN in it may be one that the program made or was given. */
export const TAINT = { none: 0, f32: 1, f64: 2, both: 3 } as const

/** Vectors whose lanes are all ones or zero select lanes and leave their bits whole. */
export const MASK = { none: 0, lanes32: 1, lanes64: 2 } as const

export const NOT_FLOAT = 0
/** A float that is no NaN. */
export const CLEAN = 1
/** A float that comes from where we cannot see. */
export const FOREIGN = 1 + TAINT.both
/** The first number that is a node of the graph. */
export const FIRST_NODE = 1 << 17

const MASK_SHIFT = 2
const BOUND_SHIFT = 4
const BOUND_BITS = 0x7ff
const LARGE = 1 << 15

/** A value of which this is known. */
export function knownValue(taint: number, mask: number, bound = 0): number {
  return 1 + (taint | (mask << MASK_SHIFT) | (bound << BOUND_SHIFT))
}

/** A number of zero bits, which is a mask too. */
export const ZERO = knownValue(TAINT.none, MASK.lanes64, 1)

/** Says of a value that it is 1 or more, or −1 or less, in each lane. */
export function withLarge(value: number): number {
  return 1 + ((value - 1) | LARGE)
}

/** The taint of a known value. */
export function taintOf(value: number): number {
  return (value - 1) & TAINT.both
}

/** The bits of `MASK` that are known of a value, `none` for nodes. */
export function maskOf(value: number): number {
  return value === NOT_FLOAT || value >= FIRST_NODE ? MASK.none : ((value - 1) >> MASK_SHIFT) & 3
}

/** The bound of a known value. */
export function boundOf(value: number): number {
  return ((value - 1) >> BOUND_SHIFT) & BOUND_BITS
}

/** Whether a known value is 1 or more, or −1 or less. */
export function isLarge(value: number): boolean {
  return ((value - 1) & LARGE) !== 0
}

/** A known value with another taint, and no mask. */
export function withTaint(value: number, taint: number): number {
  return 1 + (((value - 1) & ~((3 << MASK_SHIFT) | TAINT.both)) | taint)
}

/** Facts that hold of a value that is one of two. */
export function oneOf(one: number, other: number): number {
  if (one === other) return one
  const isBounded = boundOf(one) > 0 && boundOf(other) > 0
  const bound = isBounded ? Math.max(boundOf(one), boundOf(other)) : 0
  return knownValue(taintOf(one) | taintOf(other), Math.min(maskOf(one), maskOf(other)), bound)
}
