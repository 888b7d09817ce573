import { assert, FaultError, refuse } from '../../protocol/fault.ts'
import { refuseModule } from './refusal.ts'
import { RESERVED, RESERVED_EXPORTS } from './parse/reserved-export.ts'
import { trapReason } from './trap-reason.ts'
import { NO_HOST_MEMORY } from './write/write-grow.ts'

/** A running module that pays for what it does. */
export interface MeteredInstance {
  /** The module's own exports, without the meter's. */
  readonly exports: WebAssembly.Exports
  /** Units of fuel used since instantiation, instantiation included. Never more than the limit. */
  fuelUsed(): number
  /**
   * Takes fuel for work the host does for the module: bytes logged, copied and the like.
   *
   * @param units an integer of at least 0
   * @throws FaultError `fuel-exhausted` when there is none left
   */
  charge(units: number): void
  /**
   * Runs `call`, which calls exports, and turns what can go wrong into faults: `fuel-exhausted`, `stack-exhausted`,
   * `memory-exhausted` (this machine's lack, no verdict) and `trapped`. What a host function threw comes through
   * unchanged, even when the module caught it; the instance is dead then, and every later call throws the same.
   */
  guard<T>(call: () => T): T
}

/** The meter's exports, and what the host remembers. */
interface Meter {
  readonly fuel: WebAssembly.BigIntGlobal
  readonly depth: WebAssembly.BigIntGlobal
  readonly limit: number
  readonly host: HostFault
}

/** The first error that a host function threw, and the fuel that was left then. */
interface HostFault {
  thrown?: { readonly error: unknown }
  /** Known once the instance is there: takes note of the fuel, and then takes it away. */
  stop?: () => void
  left?: bigint
}

/**
 * Instantiates a module that `meterModule` made, gives it fuel and runs its start function.
 *
 * @param options.fuel units, at most 2⁵³ − 1
 * @param options.ready hears of the instance before its start function runs, which may call host functions already
 * @throws FaultError as `guard` does
 */
export function instantiateMetered(
  module: WebAssembly.Module,
  imports: WebAssembly.Imports,
  options: { readonly fuel: number; readonly ready?: (instance: MeteredInstance) => void },
): MeteredInstance {
  assert(Number.isSafeInteger(options.fuel) && options.fuel >= 0, 'fuel is an exact number of units')
  const host: HostFault = {}
  const exports = instantiate(module, guardImports(imports, host))
  const fuel = exports[RESERVED.fuel] as WebAssembly.BigIntGlobal
  const depth = exports[RESERVED.depth] as WebAssembly.BigIntGlobal
  const meter: Meter = { fuel, depth, limit: options.fuel, host }
  fuel.value += BigInt(options.fuel)
  host.stop = () => {
    host.left = fuel.value
    fuel.value = -1n
  }
  const instance: MeteredInstance = {
    exports: Object.fromEntries(Object.entries(exports).filter(([name]) => !RESERVED_EXPORTS.has(name))),
    fuelUsed: () => fuelUsed(meter),
    charge: (units) => charge(meter, units),
    guard: (call) => guard(meter, call),
  }
  if (fuel.value < 0n) refuseFuel(meter)
  options.ready?.(instance)
  const start = exports[RESERVED.start] as (() => void) | undefined
  if (start !== undefined) instance.guard(start)
  return instance
}

function instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Exports {
  try {
    return new WebAssembly.Instance(module, imports).exports
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) refuse('trapped', `trapped: ${trapReason(error.message)}`)
    if (error instanceof RangeError) {
      refuse('memory-exhausted', 'this machine has no memory for the module', error)
    }
    if (error instanceof WebAssembly.LinkError || error instanceof TypeError) {
      refuseModule(error.message.replace(/^WebAssembly\.\w+\(\): /, ''))
    }
    throw error
  }
}

/**
 * Host functions that remember what they throw. A module can catch it like any exception; it must not get away with
 * that, so it has no fuel from then on, every host function throws it again, and so does `guard` in the end.
 */
function guardImports(imports: WebAssembly.Imports, host: HostFault): WebAssembly.Imports {
  const guarded: WebAssembly.Imports = {}
  for (const [name, functions] of Object.entries(imports)) {
    guarded[name] = Object.fromEntries(
      Object.entries(functions).map(([field, value]) => [
        field,
        typeof value === 'function' ? guardImport(value as (...args: unknown[]) => unknown, host) : value,
      ]),
    )
  }
  return guarded
}

function guardImport(
  call: (...args: unknown[]) => unknown,
  host: HostFault,
): (...args: unknown[]) => unknown {
  return (...args) => {
    throwAgain(host)
    try {
      return call(...args)
    } catch (error) {
      host.thrown ??= { error }
      host.stop?.()
      throw error
    }
  }
}

function fuelUsed({ fuel, limit, host }: Meter): number {
  const left = Number(host.left ?? fuel.value)
  return limit - Math.max(0, left)
}

function charge(meter: Meter, units: number): void {
  const { fuel, host } = meter
  throwAgain(host)
  assert(Number.isSafeInteger(units) && units >= 0, 'what is charged is an exact number of units')
  fuel.value -= BigInt(units)
  if (fuel.value < 0n) refuseFuel(meter)
}

function guard<T>(meter: Meter, call: () => T): T {
  const { fuel, depth, host } = meter
  throwAgain(host)
  const before = depth.value
  try {
    const result = call()
    throwAgain(host)
    if (fuel.value < 0n) refuseFuel(meter)
    return result
  } catch (error) {
    throwAgain(host)
    return refuseCaught(meter, error)
  } finally {
    depth.value = before
  }
}

/** Throws what a host function threw, if one did. */
function throwAgain({ thrown }: HostFault): void {
  if (thrown !== undefined) throw thrown.error
}

/** Says what a call ended with that did not return. */
function refuseCaught(meter: Meter, error: unknown): never {
  const { fuel, depth } = meter
  if (depth.value === BigInt(NO_HOST_MEMORY)) {
    refuse('memory-exhausted', 'this machine has no memory for the module to grow')
  }
  if (fuel.value < 0n) refuseFuel(meter)
  if (depth.value < 0n) refuse('stack-exhausted', 'the module called itself too deep')
  if (error instanceof FaultError) throw error
  if (error instanceof RangeError) {
    refuse('memory-exhausted', "this machine's stack is too small for the module", error)
  }
  if (error instanceof WebAssembly.RuntimeError) refuse('trapped', `trapped: ${trapReason(error.message)}`)
  if (error instanceof WebAssembly.Exception) refuse('trapped', 'trapped: exception not caught')
  throw error
}

function refuseFuel({ limit }: Meter): never {
  refuse('fuel-exhausted', `used all ${limit} units of fuel`)
}
