import { FaultError, type Fault } from '../../protocol/fault.ts'
import { meterModule, type MeterOptions } from './meter.ts'

/** Limits that no test's module comes near. */
export const ROOMY: MeterOptions = {
  memoryPagesMax: 65_536,
  tableElementsMax: 1_000_000,
  nanBits: 'untouched',
}

/** The fault with which a call ends. Throws what it throws besides, and when it ends well. */
export function faultFrom(call: () => unknown): Fault {
  try {
    call()
  } catch (error) {
    if (error instanceof FaultError) return error.fault
    throw error
  }
  throw new Error('nothing was refused')
}

/** Why a module is refused. */
export function refusalOf(bytes: Uint8Array, options = ROOMY): string {
  const { kind, message } = faultFrom(() => meterModule(bytes, options))
  if (kind !== 'module-refused') throw new Error(`${kind}: ${message}`)
  return message
}
