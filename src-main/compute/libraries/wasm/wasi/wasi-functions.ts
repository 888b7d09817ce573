import { HOST_CALL_FUEL } from '../abi/host-costs.ts'
import type { HostFunction } from '../imports.ts'
import { OutsideMemory } from '../unit/module-memory.ts'
import type { UnitHost } from '../unit/unit-host.ts'
import { ERRNO, WasiError } from './wasi-errno.ts'

/**
 * Functions of WASI as they are written here: they return when they succeed, throw a `WasiError` with the number of
 * an expected error, and let `OutsideMemory` through, which is EFAULT.
 */
export type WasiFunctions = Readonly<Record<string, (...values: never[]) => void>>

/** One of them as a module calls it: charged for, and with the error's number as its result. */
export function answering({ charge }: UnitHost, act: WasiFunctions[string]): HostFunction {
  return (...values) => {
    charge(HOST_CALL_FUEL)
    try {
      act(...values)
      return ERRNO.success
    } catch (error) {
      if (error instanceof WasiError) return error.errno
      if (error instanceof OutsideMemory) return ERRNO.fault
      throw error
    }
  }
}
