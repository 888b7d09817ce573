/**
 * Golden vectors: modules and what is done with them, checked in with the fuel that it takes and a digest of what
 * comes out. Under one identity of the meter none may ever change, or two peers of one version would disagree.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert } from '../../../protocol/fault.ts'
import { moduleRules } from '../../../protocol/job-kinds/module.ts'
import { engineOf } from '../../engine.ts'
import { wasmAlgorithms } from '../../libraries/wasm/algorithms.ts'
import { createTestLibrary } from '../../libraries/wasm/library-call.fixture.ts'
import { assemblyScriptWorkloads, llvmWorkloads, type Workload } from '../programs/corpus.fixture.ts'
import { meteredBehaviour } from '../equivalence/behaviour.fixture.ts'
import type { EquivalenceCase, Invocation } from '../equivalence/case.fixture.ts'
import { CONTROL_CASES } from '../equivalence/control.fixture.ts'
import { EXCEPTION_CASES } from '../equivalence/exception.fixture.ts'
import { randomProgram } from '../equivalence/random-program.fixture.ts'
import { STATE_CASES } from '../equivalence/state.fixture.ts'
import { VALUE_CASES } from '../equivalence/value.fixture.ts'
import { meterModule } from '../meter.ts'
import { instantiateMetered } from '../metered-instance.ts'
import { wat } from '../wat.fixture.ts'
import { TRAP_CASES } from './trap.fixture.ts'

/** A vector as it is checked in. */
export interface Vector {
  readonly name: string
  /** A key of `modules`. */
  readonly module: string
  readonly fuel: number
  /** SHA-256 of results, traps and final state, or of the output. */
  readonly digest: string
}

/** The file of vectors. */
export interface VectorFile {
  /** The engine, with the meter's identity in it, under which they hold. */
  readonly engine: string
  /** Bytes in base64. */
  readonly modules: Readonly<Record<string, string>>
  readonly vectors: readonly Vector[]
}

/** The engine as it is today. */
export async function engineToday(): Promise<string> {
  const declaration = wasmAlgorithms.find(({ algorithmId }) => algorithmId === moduleRules.id)
  assert(declaration !== undefined, 'the library declares wasm.module')
  return engineOf(declaration)
}

/** Where the vectors are. */
export const VECTOR_FILE = fileURLToPath(new URL('vectors.json', import.meta.url))

/** The result of a run. */
interface Found {
  readonly fuel: number
  readonly result: string
}

/** How a vector's fuel and digest are found, given its module. */
type Measure = (bytes: Uint8Array) => Found | Promise<Found>

/** Something to measure: a name, a module as it is today, and what is done with it. */
export interface Subject {
  readonly name: string
  readonly module: string
  readonly bytes: () => Uint8Array
  readonly measure: Measure
}

const OPTIONS = { memoryPagesMax: 1_024, tableElementsMax: 10_000, nanBits: 'canonical' } as const
const FUEL = 1e9
const RANDOM_PROGRAMS = 12
const ARGUMENTS = [0, 7, -3]
/** Of LLVM's modules those that differ most; the others add kilobytes and little else. */
const HASHES = ['blake3', 'sha3', 'sha256', 'xxhash128', 'crc32']
const EXAMPLES = fileURLToPath(new URL('../../../../wasm/examples/c', import.meta.url))
/** Two histograms of 256 numbers of 8 bytes, were it no text. */
const TEXT = 'a line\nanother, longer one\n\nlast\n'.repeat(200).slice(0, 4_096)

/** Everything that has a vector. */
export function subjects(): Subject[] {
  const llvm = llvmWorkloads().filter(({ name }) => HASHES.some((hash) => name === `hash-wasm ${hash}`))
  const cases = [...CONTROL_CASES, ...STATE_CASES, ...VALUE_CASES, ...EXCEPTION_CASES]
  return [
    ...assemblyScriptWorkloads().map((one) => workloadSubject(one, 'kernels')),
    ...llvm.map((one) => workloadSubject(one, one.name)),
    ...cases.map((one) => callsSubject(one, FUEL)),
    ...Array.from({ length: RANDOM_PROGRAMS }, (_, seed) => programSubject(seed)),
    ...TRAP_CASES.map((one) => callsSubject(one, one.fuel)),
    ...['line-statistics', 'histogram', 'add-histograms'].map(exampleSubject),
  ]
}

function workloadSubject(workload: Workload, module: string): Subject {
  return {
    name: `${workload.source}: ${workload.name}`,
    module,
    bytes: () => workload.bytes,
    measure: (bytes) => {
      const compiled = new WebAssembly.Module(meterModule(bytes, OPTIONS).bytes)
      const instance = instantiateMetered(compiled, {}, { fuel: FUEL })
      const result = instance.guard(() => workload.work(() => instance.exports, 'small')())
      return { fuel: instance.fuelUsed(), result: `${result}` }
    },
  }
}

function callsSubject({ name, wat: text, calls }: EquivalenceCase, fuel: number): Subject {
  const measure: Measure = (bytes) => behaviourOf(bytes, calls, fuel)
  return { name, module: name, bytes: () => wat(text), measure }
}

/** A random program. What is called follows from its bytes: today's generator may write another for the same seed. */
function programSubject(seed: number): Subject {
  const name = `random program ${seed}`
  const measure: Measure = (bytes) => {
    const { exports } = meterModule(bytes, OPTIONS).shape
    const calls = exports
      .filter(({ kind }) => kind === 'function')
      .flatMap(({ name: called, params = [] }) =>
        ARGUMENTS.map((value): Invocation => [
          called,
          ...params.map((type) => (type === 'i64' ? BigInt(value) : value)),
        ]),
      )
    return behaviourOf(bytes, calls, FUEL)
  }
  return { name, module: name, bytes: () => wat(randomProgram(seed)), measure }
}

function behaviourOf(bytes: Uint8Array, calls: readonly Invocation[], fuel: number): Found {
  const { fuel: steps, ...seen } = meteredBehaviour(bytes, calls, { ...OPTIONS, fuel })
  return { fuel: steps[steps.length - 1] ?? 0, result: JSON.stringify({ steps, ...seen }) }
}

/** One of the examples in C, as a unit of a job. */
function exampleSubject(name: string): Subject {
  return {
    name: `example ${name}`,
    module: `example ${name}`,
    bytes: () => readFileSync(join(EXAMPLES, `${name}.wasm`)),
    measure: async (bytes) => {
      const library = createTestLibrary()
      try {
        const { output, fault, metered } = await library.run({
          module: new Uint8Array(bytes),
          input: Buffer.from(TEXT),
        })
        if (output === undefined) throw new Error(`${name} ended with ${fault?.message}`)
        return { fuel: metered?.fuel ?? 0, result: Buffer.from(output).toString('hex') }
      } finally {
        library.close()
      }
    },
  }
}

/** The vectors as they are checked in. */
export function checkedIn(): VectorFile {
  return JSON.parse(readFileSync(VECTOR_FILE, 'utf8')) as VectorFile
}

/** A subject's vector, found anew. @param module its bytes, which need not be today's */
export async function vectorOf(subject: Subject, module: Uint8Array): Promise<Vector> {
  const { fuel, result } = await subject.measure(module)
  const digest = createHash('sha256').update(result).digest('hex').slice(0, 32)
  return { name: subject.name, module: subject.module, fuel, digest }
}
