/** Damages bytes of any format in the ways that find mistakes in what reads them. */
import { dice, pick, type Dice } from './compute/metering/dice.fixture.ts'
import type { FuzzRange, FuzzStep } from './fuzz.ts'

/** Whole numbers at which sizes, offsets and counts go wrong, as 32 bits. */
const TELLING_WORDS = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff]
/** A file grows to this at most: what is tried is short. */
const BYTES_MAX = 1 << 20

/** The steps of a fuzzer: dice for each input, and which promise was broken with it, if one was. */
export async function* fuzzSteps(
  { seed, from, count }: FuzzRange,
  inputsPerStep: number,
  wrongWith: (roll: Dice) => string | undefined | Promise<string | undefined>,
): AsyncGenerator<FuzzStep> {
  for (let first = from; first < from + count; first += inputsPerStep) {
    const end = Math.min(first + inputsPerStep, from + count)
    const found: { index: number; what: string }[] = []
    for (let index = first; index < end; index++) {
      const what = await wrongWith(dice(Math.imul(seed, 0x9e3779b1) ^ index))
      if (what !== undefined) found.push({ index, what })
    }
    yield { tried: end - first, found }
  }
}

/** Bytes that are like `bytes`, damaged one to six times; `others` are what pieces are taken from. */
export function damagedBytes(
  roll: Dice,
  bytes: Uint8Array,
  others: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  let damaged = new Uint8Array(bytes)
  for (let left = 1 + roll(6); left > 0; left--) damaged = once(roll, damaged, pick(roll, others))
  return damaged
}

function once(roll: Dice, bytes: Uint8Array, foreign: Uint8Array): Uint8Array<ArrayBuffer> {
  const at = roll(bytes.length + 1)
  const length = Math.min(bytes.length - at, 1 + roll(roll(4) === 0 ? 256 : 8))
  const spliced = (dropped: number, by: Uint8Array): Uint8Array<ArrayBuffer> =>
    joined([bytes.subarray(0, at), by, bytes.subarray(at + dropped)])
  switch (roll(9)) {
    case 0:
      return spliced(1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << roll(8))))
    case 1:
      return spliced(1, Uint8Array.of(roll(256)))
    case 2:
      return spliced(4, word(pick(roll, TELLING_WORDS), roll(2) === 0))
    case 3:
      return spliced(0, word(pick(roll, TELLING_WORDS), roll(2) === 0))
    case 4:
      return spliced(length, new Uint8Array(0))
    case 5:
      return spliced(0, bytes.subarray(at, at + length))
    case 6: {
      const from = roll(foreign.length + 1)
      return spliced(roll(2) === 0 ? 0 : length, foreign.subarray(from, from + length))
    }
    case 7:
      return spliced(
        0,
        Uint8Array.from({ length: 1 + roll(8) }, () => roll(256)),
      )
    default:
      return roll(6) === 0 ? joined([bytes.subarray(0, at)]) : numberChanged(roll, bytes, at)
  }
}

/** A decimal number that stands in a text is made another one, so that JSON and headers stay what they are. */
function numberChanged(roll: Dice, bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const isDigit = (i: number): boolean => (bytes[i] ?? 0) >= 0x30 && (bytes[i] ?? 0) <= 0x39
  let start = at
  while (start < bytes.length && !isDigit(start)) start++
  let end = start
  while (isDigit(end)) end++
  const texts = [
    '0',
    '-1',
    '1',
    '65535',
    '2147483648',
    '4294967296',
    '9007199254740992',
    '1e308',
    '-1e999',
    '0.5',
  ]
  return joined([bytes.subarray(0, start), new TextEncoder().encode(pick(roll, texts)), bytes.subarray(end)])
}

function word(value: number, isLittle: boolean): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, isLittle)
  return bytes
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const total = Math.min(
    BYTES_MAX,
    parts.reduce((sum, { length }) => sum + length, 0),
  )
  const whole = new Uint8Array(total)
  let at = 0
  for (const part of parts) {
    const fitting = part.subarray(0, total - at)
    whole.set(fitting, at)
    at += fitting.length
  }
  return whole
}
