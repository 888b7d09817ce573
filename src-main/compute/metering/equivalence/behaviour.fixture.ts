/** A module's behaviour, as text that two runs can be compared by: results, traps, the host's calls, the final state. */
import { createHash } from 'node:crypto'
import { FaultError } from '../../../protocol/fault.ts'
import { meterModule, type MeterOptions } from '../meter.ts'
import { instantiateMetered } from '../metered-instance.ts'
import { trapReason } from '../trap-reason.ts'
import type { Invocation } from './case.fixture.ts'

/** A run of some calls on one instance. */
export interface Behaviour {
  /** One line for each call. */
  readonly outcomes: readonly string[]
  /** The arguments of the calls to the host. */
  readonly host: readonly string[]
  /** Exported memories, tables and globals, in the end. */
  readonly state: readonly string[]
}

/** A metered run, and the fuel used after instantiation and after each call. */
export interface MeteredBehaviour extends Behaviour {
  readonly fuel: readonly number[]
}

type Call = (...args: unknown[]) => unknown

const OPTIONS: MeterOptions = { memoryPagesMax: 65_536, tableElementsMax: 100_000, nanBits: 'untouched' }
const FUEL = 1e12

/** How the module behaves as its author wrote it. */
export function originalBehaviour(bytes: Uint8Array, calls: readonly Invocation[]): Behaviour {
  return behaviour(calls, (imports) => {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports)
    return { exports, guard: (call) => call() }
  })
}

/** How it behaves with a meter in it. */
export function meteredBehaviour(
  bytes: Uint8Array,
  calls: readonly Invocation[],
  options: Partial<MeterOptions> & { readonly fuel?: number } = {},
): MeteredBehaviour {
  const fuel: number[] = []
  const module = new WebAssembly.Module(meterModule(bytes, { ...OPTIONS, ...options }).bytes)
  const seen = behaviour(calls, (imports) => {
    const instance = instantiateMetered(module, imports, { fuel: options.fuel ?? FUEL })
    fuel.push(instance.fuelUsed())
    const guard = (call: () => unknown) => {
      try {
        return instance.guard(call)
      } finally {
        fuel.push(instance.fuelUsed())
      }
    }
    return { exports: instance.exports, guard }
  })
  return { ...seen, fuel }
}

interface Running {
  readonly exports: WebAssembly.Exports
  guard(call: () => unknown): unknown
}

function behaviour(
  calls: readonly Invocation[],
  instantiate: (imports: WebAssembly.Imports) => Running,
): Behaviour {
  const host: string[] = []
  let running: Running | undefined
  const back = (value: number) => (running?.exports['called'] as unknown as Call)(value)
  const imports = { host: { note: (value: number) => void host.push(`${value}`), back } }
  const outcomes: string[] = []
  try {
    running = instantiate(imports)
  } catch (error) {
    return { outcomes: [ending(error)], host, state: [] }
  }
  const instance = running
  const { exports } = instance
  for (const [name, ...args] of calls) {
    try {
      const result = instance.guard(() => (exports[name] as unknown as Call)(...args))
      outcomes.push(Array.isArray(result) ? result.map(described).join(' ') : described(result))
    } catch (error) {
      outcomes.push(ending(error))
    }
  }
  const state = Object.entries(exports).map(([name, value]) => `${name}: ${described(value)}`)
  return { outcomes, host, state }
}

/** Says what ended a call; the same for the error of an engine and for the fault it becomes. */
function ending(error: unknown): string {
  if (error instanceof FaultError) return error.fault.message
  if (error instanceof WebAssembly.RuntimeError) return `trapped: ${trapReason(error.message)}`
  if (error instanceof WebAssembly.Exception) return 'trapped: exception not caught'
  throw error
}

function described(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : `${value}`
  if (typeof value === 'bigint') return `${value}n`
  // Functions are named by their index, which the meter leaves as it is.
  if (typeof value === 'function') return `function ${value.name}`
  if (typeof value !== 'object' || value === null) return String(value)
  if ('buffer' in value && value.buffer instanceof ArrayBuffer) {
    const digest = createHash('sha256').update(new Uint8Array(value.buffer)).digest('hex')
    return `${value.buffer.byteLength} bytes ${digest}`
  }
  if ('length' in value && 'get' in value) {
    const table = value as { readonly length: number; get(index: number): unknown }
    return Array.from({ length: table.length }, (_, index) => described(table.get(index))).join(' ')
  }
  return 'value' in value ? described(value.value) : 'something else'
}
