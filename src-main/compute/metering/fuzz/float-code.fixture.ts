/** Instructions for random programs of floats: which there are by result, how they are written, and numbers that matter. */
import { type Dice, pick } from '../dice.fixture.ts'
import { uleb } from '../module-bytes.fixture.ts'
import {
  CONTEXT,
  FC,
  FD,
  FE,
  IMMEDIATE,
  IMMEDIATES,
  operandOf,
  PACKED,
  resultOf,
  SIGNATURES,
} from '../parse/opcodes.ts'
import { VALUE_TYPE } from '../parse/value-types.ts'

/** Types of numbers, as opcodes.ts packs them. */
export const { i32: I32, i64: I64, f32: F32, f64: F64, v128: V128 } = PACKED
/** By packed type: how it is written. */
export const WRITTEN_TYPE: readonly number[] = [
  ...[0x40, VALUE_TYPE.i32, VALUE_TYPE.i64],
  ...[VALUE_TYPE.f32, VALUE_TYPE.f64, VALUE_TYPE.v128],
]

/** Where inputs lie in the memory, and from where on results are written. */
export const INPUT_BYTES = 512
/** How much of the memory is looked at. */
export const SEEN_BYTES = 2_048

/** Words that are, or are halves of, NaNs of all kinds, infinities, masks and numbers. */
const WORDS = [
  ...[0x7fc00000, 0xffc00000, 0x7fc00001, 0xffffffff, 0x7f800001, 0xff800001, 0x7f61b1e6, 0x7f800000],
  ...[0xff800000, 0, 0, 0x80000000, 0x3f800000, 0xbf800000, 0x40000000, 0x40490fdb, 0x7f7fffff],
  ...[0x7ff80000, 0xfff80000, 0x7ff00000, 0xfff00000, 0x7ff40001, 0x7fe00000, 0x3ff00000, 0x40080000],
]
/** Vectors of these words are known to the analysis: zeros, masks, infinities, large and small numbers. */
const KNOWN_VECTORS: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 0, 0],
  [0, 0xffffffff, 0, 0xffffffff],
  [0xffffffff, 0xffffffff, 0, 0],
  [0x3f800000, 0x40000000, 0x41200000, 0x3f800000],
  [0, 0x3ff00000, 0, 0x7fe00000],
  [0, 0x7ff00000, 0, 0xfff00000],
]

/** Traps, instead of a result for every operand: truncations and divisions of integers. */
const TRAPPING = [
  0x6d, 0x6e, 0x6f, 0x70, 0x7f, 0x80, 0x81, 0x82, 0xa8, 0xa9, 0xaa, 0xab, 0xae, 0xaf, 0xb0, 0xb1,
]
const ADDRESSED: readonly number[] = [IMMEDIATE.memoryArgument, IMMEDIATE.memoryArgumentLane]
const WANTED: readonly number[] = [IMMEDIATE.none, IMMEDIATE.lane, ...ADDRESSED]
export const SHUFFLE = FD | 13
const SHUFFLE_LANES = 16

/** Every instruction of fixed signature that computes, loads or stores, but for those that trap, as atomic ones may. */
export const INSTRUCTIONS: readonly number[] = Array.from({ length: FE }, (_, opcode) => opcode).filter(
  (opcode) =>
    opcode !== 0x01 &&
    SIGNATURES[opcode] !== CONTEXT &&
    (WANTED.includes(IMMEDIATES[opcode] ?? 0) || opcode === SHUFFLE) &&
    !TRAPPING.includes(opcode),
)

/** Whether it has to do with floats or vectors. */
export function isOfFloats(opcode: number): boolean {
  return resultOfOpcode(opcode) > I64 || operandsOf(opcode).some((type) => type > I64)
}

/** The packed type of its result; 0 of stores. */
export function resultOfOpcode(opcode: number): number {
  return resultOf(SIGNATURES[opcode] ?? 0)
}

/** By packed type of the result (0 for stores): the instructions, and of these the ones that have to do with floats. */
export const BY_RESULT = Array.from({ length: 6 }, (_, type) =>
  INSTRUCTIONS.filter((opcode) => resultOf(SIGNATURES[opcode] ?? 0) === type),
)
export const OF_FLOATS = BY_RESULT.map((all) => all.filter(isOfFloats))
/** Instructions with rules of their own in the analysis: float lanes, bits of vectors, lanes moved. */
export const OF_LANES = [13, 14, 19, 20, 32, 34, ...range(65, 82), 94, 95, ...range(224, 247), 250, 254]
  .map((n) => FD | n)
  .filter((opcode) => INSTRUCTIONS.includes(opcode))

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/** The packed types of an instruction's operands. */
export function operandsOf(opcode: number): number[] {
  return [0, 1, 2].map((index) => operandOf(SIGNATURES[opcode] ?? 0, index)).filter((type) => type !== 0)
}

/** Whether its first operand is an address. */
export function isAddressed(opcode: number): boolean {
  return ADDRESSED.includes(IMMEDIATES[opcode] ?? 0)
}

/** An instruction as it is written, with immediates of the dice. Stores go behind the inputs. */
export function instruction(roll: Dice, opcode: number): number[] {
  const written =
    opcode >= FD ? [0xfd, ...uleb(opcode & 0xff)] : opcode >= FC ? [0xfc, ...uleb(opcode & 0xff)] : [opcode]
  if (opcode === SHUFFLE) return [...written, ...shuffleLanes(roll)]
  const lane = IMMEDIATES[opcode] === IMMEDIATE.lane ? [roll(laneCount(opcode))] : []
  if (!isAddressed(opcode)) return [...written, ...lane]
  const isStore = resultOf(SIGNATURES[opcode] ?? 0) === 0
  const offset = isStore ? INPUT_BYTES + roll(SEEN_BYTES - INPUT_BYTES - 16) : roll(INPUT_BYTES - 16)
  const last = IMMEDIATES[opcode] === IMMEDIATE.memoryArgumentLane ? [roll(16 >> ((opcode - 84) & 3))] : []
  return [...written, 0, ...uleb(offset), ...last]
}

/** Lanes of extract_lane and replace_lane, which come in the order of the lanes' size. */
function laneCount(opcode: number): number {
  const n = opcode & 0xff
  return n <= 23 ? 16 : n <= 26 ? 8 : n === 27 || n === 28 || n === 31 || n === 32 ? 4 : 2
}

/** Bytes anywhere, or whole lanes of 4 or 8 bytes. */
function shuffleLanes(roll: Dice): number[] {
  const size = pick(roll, [1, 4, 4, 8])
  const firsts = Array.from({ length: SHUFFLE_LANES / size }, () => roll((2 * SHUFFLE_LANES) / size) * size)
  return firsts.flatMap((first) => Array.from({ length: size }, (_, at) => first + at))
}

/** A constant of a packed type. */
export function constant(roll: Dice, type: number): number[] {
  const word = () => wordBytes(pick(roll, WORDS))
  switch (type) {
    case I32:
      return [0x41, (roll(6) - 2) & 0x7f]
    case I64:
      return [0x42, (roll(6) - 2) & 0x7f]
    case F32:
      return [0x43, ...word()]
    case F64:
      return [0x44, ...(roll(2) === 0 ? wordBytes(0) : word()), ...word()]
    default: {
      const known = roll(2) === 0 ? pick(roll, KNOWN_VECTORS).flatMap(wordBytes) : undefined
      return [0xfd, 12, ...(known ?? [...word(), ...word(), ...word(), ...word()])]
    }
  }
}

/** Fills the inputs, the same for the same dice, and clears what was written. */
export function fillInputs(roll: Dice, bytes: Uint8Array): void {
  bytes.fill(0, 0, SEEN_BYTES)
  for (let at = 0; at < INPUT_BYTES; at += 4) bytes.set(wordBytes(pick(roll, WORDS)), at)
}

function wordBytes(word: number): number[] {
  return [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24]
}
