/**
 * The oracle of NaN bits: a build of a module that makes the result of every arithmetic instruction canonical at once,
 * each lane by itself. Slow and without a thought, so that it is right; what the meter writes must do the same.
 */
import { createHash } from 'node:crypto'
import { dice } from '../dice.fixture.ts'
import { meterModule } from '../meter.ts'
import { instantiateMetered } from '../metered-instance.ts'
import { uleb } from '../module-bytes.fixture.ts'
import { everySource } from '../nan/nan-bits.ts'
import { patchModule } from '../nan/insert.fixture.ts'
import type { NanShape } from '../nan/flow/shapes.ts'
import { fillInputs, SEEN_BYTES } from './float-code.fixture.ts'
import { floatModule, moduleOfCode } from './float-program.fixture.ts'
import { PAIRS, pairProgram } from './float-pairs.fixture.ts'

/** Programs of one module: compiling it costs little for each. */
export const BATCH = 64

const NAN_F32 = [0x43, 0x00, 0x00, 0xc0, 0x7f]
const NAN_F64 = [0x44, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf8, 0x7f]
const [GET, SET, SELECT, F32_EQ, F64_EQ] = [0x20, 0x21, 0x1b, 0x5b, 0x61]
const LANES = {
  f32x4: { count: 4, extract: 31, replace: 32, eq: F32_EQ, nan: NAN_F32 },
  f64x2: { count: 2, extract: 33, replace: 34, eq: F64_EQ, nan: NAN_F64 },
}

/** Instructions that make the value on the stack canonical: `x = x ? x : NaN`, for a vector lane by lane. */
export function laneByLane(shape: NanShape, scratch: number): Uint8Array {
  const get = [GET, ...uleb(scratch)]
  const choose = (value: readonly number[], nan: readonly number[], eq: number) => [
    ...[...value, ...nan, ...value, ...value],
    ...[eq, SELECT],
  ]
  if (shape === 'f32' || shape === 'f64') {
    const [nan, eq] = shape === 'f32' ? [NAN_F32, F32_EQ] : [NAN_F64, F64_EQ]
    return Uint8Array.of(SET, ...uleb(scratch), ...choose(get, nan, eq))
  }
  const { count, extract, replace, eq, nan } = LANES[shape]
  const lanes = Array.from({ length: count }, (_, lane) => [
    ...choose([...get, 0xfd, extract, lane], nan, eq),
    ...[0xfd, replace, lane],
  ])
  return Uint8Array.of(SET, ...uleb(scratch), ...get, ...lanes.flat())
}

/** A module of `BATCH` programs: every other one of random programs, the others of numbered pairs, in turn. */
export function batchModule(seed: number, batch: number): Uint8Array<ArrayBuffer> {
  const roll = dice(Math.imul(seed, 0x9e3779b1) + batch)
  if (batch % 2 === 0) return floatModule(roll, BATCH)
  // A stride that shares no factor with the number of pairs passes through all of them.
  const first = ((batch - 1) / 2) * BATCH
  return moduleOfCode(
    Array.from({ length: BATCH }, (_, index) => pairProgram(((first + index) * STRIDE) % PAIRS, roll)),
  )
}

/** A prime, so that also few batches see all instructions. */
const STRIDE = 7_919

type Exports = WebAssembly.Exports & Readonly<Record<`p${number}`, () => void>>

/** The memory that each program of a batch leaves. */
function memories(exports: WebAssembly.Exports, seed: number, batch: number): Buffer[] {
  const { memory, ...rest } = exports
  const programs = rest as Exports
  const bytes = new Uint8Array((memory as WebAssembly.Memory).buffer)
  return Array.from({ length: BATCH }, (_, index) => {
    fillInputs(dice(Math.imul(seed, 31) + batch * BATCH + index), bytes)
    programs[`p${index}`]?.()
    return Buffer.from(bytes.slice(0, SEEN_BYTES))
  })
}

const plainExports = (bytes: Uint8Array<ArrayBuffer>) =>
  new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports

const OPTIONS = { memoryPagesMax: 1, tableElementsMax: 0, nanBits: 'canonical' } as const
const FUEL = 1e12

/** Memories of a batch as the meter writes it. */
function meteredMemories(bytes: Uint8Array, seed: number, batch: number): Buffer[] {
  const module = new WebAssembly.Module(meterModule(bytes, OPTIONS).bytes)
  return memories(instantiateMetered(module, {}, { fuel: FUEL }).exports, seed, batch)
}

/** The results of a batch. */
export interface BatchResult {
  /** The programs in which the meter and the oracle differ, by their index in it. */
  readonly different: readonly number[]
  /** Programs that show a NaN of this machine where nothing is made canonical: the others show nothing. */
  readonly telling: number
  /** SHA-256 of what the meter's programs did, the same on every machine. */
  readonly digest: string
}

/** Runs a batch plain, under the oracle and metered. */
export function tryBatch(seed: number, batch: number): BatchResult {
  const bytes = batchModule(seed, batch)
  const metered = meteredMemories(bytes, seed, batch)
  const oracle = memories(
    plainExports(patchModule(bytes, (_, code) => everySource(code), laneByLane)),
    seed,
    batch,
  )
  const plain = memories(plainExports(bytes), seed, batch)
  const differ = (others: readonly Buffer[]) =>
    oracle.flatMap((one, index) => (others[index]?.equals(one) === true ? [] : [index]))
  return { different: differ(metered), telling: differ(plain).length, digest: digestOf(metered) }
}

/** The digest of a batch alone, for a machine that is slow. */
export function batchDigest(seed: number, batch: number): string {
  return digestOf(meteredMemories(batchModule(seed, batch), seed, batch))
}

function digestOf(all: readonly Buffer[]): string {
  const digest = createHash('sha256')
  for (const one of all) digest.update(one)
  return digest.digest('hex').slice(0, 32)
}
