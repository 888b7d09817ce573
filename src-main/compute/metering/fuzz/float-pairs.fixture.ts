/**
 * Small programs, numbered: each instruction that has to do with floats, on operands of each kind that the analysis of
 * NaNs tells apart, looked at in each way that it tells apart. A rule of it that is wrong shows here without luck.
 */
import type { Dice } from '../dice.fixture.ts'
import { FD } from '../parse/opcodes.ts'
import * as code from './float-code.fixture.ts'
import { localOf } from './float-program.fixture.ts'

const { F32, F64, I32, I64, V128 } = code

type Code = (roll: Dice) => number[]

const vector = (n: number): number[] => [0xfd, ...(n < 128 ? [n] : [(n & 127) | 128, n >>> 7])]
const load =
  (opcode: number): Code =>
  (roll) => [0x41, 0, ...code.instruction(roll, opcode)]
const both =
  (one: Code, written: readonly number[], other = one): Code =>
  (roll) => [...one(roll), ...other(roll), ...written]
const constant =
  (type: number): Code =>
  (roll) =>
    code.constant(roll, type)
const f64 = (value: number): number[] => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)]
const f32 = (value: number): number[] => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)]

const [loadF32, loadF64, loadV128] = [load(0x2a), load(0x2b), load(FD | 0)]
const huge = both(() => [...f64(1e300), ...vector(20)], vector(242))

/** By packed type: where a value comes from. */
const SOURCES: Readonly<Record<number, readonly Code[]>> = {
  [I32]: [load(0x28)],
  [I64]: [load(0x29)],
  // From memory, from arithmetic, known, of a known size.
  [F32]: [loadF32, both(loadF32, [0x92]), constant(F32), () => f32(2), () => f32(0)],
  [F64]: [loadF64, both(loadF64, [0xa0]), constant(F64), () => f64(2), both(() => f64(1e300), [0xa2])],
  [V128]: [
    loadV128,
    both(loadV128, vector(228)), // arithmetic of either width
    both(loadV128, vector(240)),
    both(both(loadV128, vector(228)), vector(246), loadV128), // of both
    constant(V128),
    () => [...f32(2), ...vector(19)],
    huge,
    both(loadV128, vector(67)), // masks
    both(loadV128, vector(73)),
  ],
}

const storeOf =
  (opcode: number): Code =>
  (roll) =>
    code.instruction(roll, opcode)
const then =
  (...parts: readonly (Code | readonly number[])[]): Code =>
  (roll) =>
    parts.flatMap((part) => (typeof part === 'function' ? part(roll) : part))
const storeV128 = storeOf(FD | 11)
/** Of a store: it has been looked at. */
const NOTHING: readonly Code[] = [() => []]

/** By packed type of a result: how it is looked at. An address is below it already. */
const SIGHTS: Readonly<Record<number, readonly Code[]>> = {
  [I32]: [storeOf(0x36)],
  [I64]: [storeOf(0x37)],
  [F32]: [
    storeOf(0x38),
    then(loadF32, [0x92], storeOf(0x38)),
    then(() => f32(3), [0x95], storeOf(0x38)),
    then(vector(19), loadV128, vector(240), storeV128),
  ],
  [F64]: [
    storeOf(0x39),
    then(loadF64, [0xa0], storeOf(0x39)),
    then(() => f64(3), [0xa3], storeOf(0x39)),
    then(vector(20), loadV128, vector(228), storeV128),
  ],
  [V128]: [
    storeV128,
    then(loadV128, vector(228), storeV128),
    then(loadV128, vector(240), storeV128),
    then(() => [...f32(0), ...vector(19)], vector(232), storeV128), // arithmetic with what is known to be finite
    then(() => [...f64(0), ...vector(20)], vector(244), storeV128),
    then(underZero(19, 231), storeV128), // a NaN, where it may be zero
    then(underZero(20, 243), storeV128),
  ],
}

/** Zeros divided by it. */
function underZero(splat: number, division: number): Code {
  const local = localOf(V128, 0)
  const zero = splat === 19 ? f32(0) : f64(0)
  return () => [0x21, local, ...zero, ...vector(splat), 0x20, local, ...vector(division)]
}

/** Instructions with floats or vectors, and how many programs there are before those of each. */
const TRIED = code.INSTRUCTIONS.filter((opcode) => code.isOfFloats(opcode))
const FIRSTS: number[] = []
/** How many programs there are: numbers below it are one each. */
export const PAIRS = TRIED.reduce((sum, opcode) => {
  FIRSTS.push(sum)
  return sum + kindsOf(opcode).reduce((product, kinds) => product * kinds.length, 1)
}, 0)

/** For each part of a program, what it may be: its operands, then its sight. */
function kindsOf(opcode: number): (readonly Code[])[] {
  const operands = code.operandsOf(opcode)
  const values = code.isAddressed(opcode) ? operands.slice(1) : operands
  return [...values.map((type) => SOURCES[type] ?? []), SIGHTS[code.resultOfOpcode(opcode)] ?? NOTHING]
}

/** The program of a number; the dice say what else is to be said of it: addresses, lanes, constants. */
export function pairProgram(index: number, roll: Dice): number[] {
  const place = FIRSTS.findLastIndex((first) => first <= index)
  const opcode = TRIED[place] ?? 0
  let left = index - (FIRSTS[place] ?? 0)
  const parts = kindsOf(opcode).map((kinds) => {
    const chosen = kinds[left % kinds.length]
    left = Math.floor(left / kinds.length)
    return chosen?.(roll) ?? []
  })
  const sight = parts.pop() ?? []
  const isStore = code.resultOfOpcode(opcode) === 0
  const address = [0x41, 0]
  const inner = code.isAddressed(opcode) ? address : []
  const outer = isStore ? [] : address
  return [...outer, ...inner, ...parts.flat(), ...code.instruction(roll, opcode), ...sight]
}
