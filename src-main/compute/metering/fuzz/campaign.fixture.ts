/**
 * Gives damaged modules to the injector. As a program: `node campaign.fixture.ts SEED FROM TO [MUTANT...]` tries the
 * mutants FROM to TO − 1 of a seed, and these besides, and writes a line of JSON now and then, so that its starter can tell a hang. A mutant
 * depends on nothing but seed and number: it can be had again alone.
 */
import { FaultError } from '../../../protocol/fault.ts'
import { hashModules } from '../programs/corpus.fixture.ts'
import { dice, pick } from '../dice.fixture.ts'
import { meteredBehaviour, originalBehaviour } from '../equivalence/behaviour.fixture.ts'
import type { Invocation } from '../equivalence/case.fixture.ts'
import { CONTROL_CASES } from '../equivalence/control.fixture.ts'
import { EXCEPTION_CASES } from '../equivalence/exception.fixture.ts'
import { randomProgram } from '../equivalence/random-program.fixture.ts'
import { STATE_CASES } from '../equivalence/state.fixture.ts'
import { VALUE_CASES } from '../equivalence/value.fixture.ts'
import { type MeterOptions, meterModule, type ModuleExport } from '../meter.ts'
import { wat } from '../wat.fixture.ts'
import { mutated } from './mutation.fixture.ts'

/** Counts of a campaign's mutants, by their end. */
export interface Tally {
  readonly tried: number
  readonly refused: number
  readonly taken: number
  /** Of those taken, how many ran within the limits, and did what their originals do. */
  readonly same: number
  /** Milliseconds of the slowest mutant. */
  readonly slowestMs: number
}

/** Small, so that bombs are refused or end soon. */
const OPTIONS: MeterOptions = { memoryPagesMax: 16, tableElementsMax: 1_000, nanBits: 'canonical' }
const FUEL = 3_000_000
/** How a run ends that the original might not end at all. */
const LIMIT = /^(used all|the module called|this machine)/
/** Types that no number is of. */
const UNCALLABLE: ReadonlySet<string> = new Set(['v128', 'exnref', 'funcref', 'externref'])
const RANDOM_PROGRAMS = 40
/** Modules above this are damaged seldom: they take long, and their damage is found as well in small ones. */
const SMALL_BYTES = 3_000
const MUTANTS_BETWEEN_LINES = 500

/** The modules that are damaged. */
export function campaignCorpus(): Uint8Array<ArrayBuffer>[] {
  const cases = [...CONTROL_CASES, ...STATE_CASES, ...VALUE_CASES, ...EXCEPTION_CASES].map((one) =>
    wat(one.wat),
  )
  const random = Array.from({ length: RANDOM_PROGRAMS }, (_, seed) => wat(randomProgram(seed)))
  return [...cases, ...random, ...hashModules().values()]
}

/** The mutant of a seed and a number. */
export function mutant(corpus: readonly Uint8Array[], seed: number, index: number): Uint8Array<ArrayBuffer> {
  const roll = dice(Math.imul(seed, 0x9e3779b1) + index)
  const any = pick(roll, corpus)
  const base =
    any.length > SMALL_BYTES && roll(20) > 0
      ? pick(
          roll,
          corpus.filter((one) => one.length < SMALL_BYTES),
        )
      : any
  return mutated(roll, base, corpus)
}

/**
 * Meters one mutant and, if it is taken, runs it; where that ends within its limits, so does the original, which must
 * have done the same. Throws where the injector broke a promise.
 */
export function tryMutant(bytes: Uint8Array): 'refused' | 'taken' | 'faulted' | 'same' {
  let metered
  try {
    metered = meterModule(bytes, OPTIONS)
  } catch (error) {
    if (error instanceof FaultError && error.fault.kind === 'module-refused') return 'refused'
    throw error
  }
  if (!WebAssembly.validate(metered.bytes)) throw new Error('what was taken is not valid any more')
  if (metered.shape.imports.length > 0) return 'taken'
  const calls = metered.shape.exports.flatMap(callsOf)
  const { fuel: _fuel, ...seen } = meteredBehaviour(bytes, calls, { fuel: FUEL })
  if (seen.outcomes.some((outcome) => LIMIT.test(outcome))) return 'faulted'
  const [original, now] = [originalBehaviour(bytes, calls), seen].map((one) => JSON.stringify(one))
  if (original !== now) throw new Error(`was ${original} and is ${now}`)
  return 'same'
}

/** One call of an exported function, if it can be made with numbers. */
function callsOf({ name, kind, params = [], results = [] }: ModuleExport): Invocation[] {
  if (kind !== 'function' || [...params, ...results].some((type) => UNCALLABLE.has(type))) return []
  return [[name, ...params.map((type) => (type === 'i64' ? 1n : 1))]]
}

function campaign(seed: number, indices: readonly number[]): void {
  const corpus = campaignCorpus()
  const counts = { refused: 0, taken: 0, faulted: 0, same: 0 }
  let slowestMs = 0
  for (const [tried, index] of indices.entries()) {
    if (tried % MUTANTS_BETWEEN_LINES === 0) process.stdout.write(`${JSON.stringify({ index })}\n`)
    const bytes = mutant(corpus, seed, index)
    const startMs = performance.now()
    try {
      counts[tryMutant(bytes)]++
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
      process.stdout.write(`${JSON.stringify({ failed: { seed, index, what } })}\n`)
    }
    slowestMs = Math.max(slowestMs, performance.now() - startMs)
  }
  const { refused, taken, faulted, same } = counts
  const tally: Tally = { tried: indices.length, refused, taken: taken + faulted + same, same, slowestMs }
  process.stdout.write(`${JSON.stringify({ tally })}\n`)
}

if (import.meta.main) {
  const [seed = 1, from = 0, to = 10_000, ...others] = process.argv.slice(2).map(Number)
  campaign(seed, [...Array.from({ length: to - from }, (_, i) => from + i), ...others])
}
