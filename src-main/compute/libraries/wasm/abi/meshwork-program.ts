import { refuse } from '../../../../protocol/fault.ts'
import type { MeteredInstance } from '../../../metering/metered-instance.ts'
import { FILE_CALL_FUEL, MOVED_BYTE_FUEL, VERIFIED_BYTE_FUEL } from './host-costs.ts'
import { meshworkFunctions } from './meshwork-functions.ts'
import type { ModuleMemory } from '../unit/module-memory.ts'
import type { ModuleProgram, UnitHost, UnitInput } from '../unit/unit-host.ts'

/** A 32-bit memory holds no more. */
const MEMORY_BYTES_MAX = 2 ** 32

/** The exports of a meshwork-1 module; `abiOf` has seen that they are there. */
interface MeshworkExports {
  readonly alloc: (bytes: number) => number
  readonly run: (pointer: number, bytes: number) => bigint
  /** A library built for WASI sets itself up there. */
  readonly _initialize?: () => void
}

/**
 * A module of the ABI meshwork-1: the input is read from its file straight into memory that `alloc` gave, and the
 * output taken from where `run` says it is. What the module returns is checked, since a stranger wrote it.
 */
export function meshworkProgram(host: UnitHost): ModuleProgram {
  const { memory, charge } = host
  return {
    functions: meshworkFunctions(host),
    run: (instantiate) => {
      const instance = instantiate()
      const exports = instance.exports as unknown as MeshworkExports
      const { _initialize } = exports
      if (_initialize !== undefined) instance.guard(_initialize)
      const [pointer, bytes] = placeInput(host, instance, exports)
      const place = instance.guard(() => exports.run(pointer, bytes))
      const output = outputView(memory, place)
      const sink = host.createSink()
      // Paid for when it is written, once, so that an output over its limit is told as that.
      sink.write(output, 0)
      charge(FILE_CALL_FUEL + output.byteLength * MOVED_BYTE_FUEL)
      return sink.result()
    },
  }
}

/** Brings the input into the module's memory; returns where, and how long it is. An empty one is nowhere. */
function placeInput(
  { input, memory, charge }: UnitHost,
  instance: MeteredInstance,
  { alloc }: MeshworkExports,
): [pointer: number, bytes: number] {
  if (input === undefined || input.bytes === 0) return [0, 0]
  const bytes = addressable(input)
  charge(FILE_CALL_FUEL + bytes * VERIFIED_BYTE_FUEL)
  const pointer = instance.guard(() => alloc(bytes | 0)) >>> 0
  if (pointer === 0) refuse('trapped', `alloc had no place for an input of ${bytes} bytes`)
  if (pointer + bytes > memory.bytes()) {
    refuse('trapped', `alloc gave ${bytes} bytes at ${pointer} of a memory of ${memory.bytes()}`)
  }
  input.readInto(memory.view(pointer, bytes))
  return [pointer | 0, bytes | 0]
}

function addressable({ bytes }: UnitInput): number {
  if (bytes >= MEMORY_BYTES_MAX)
    refuse('oversized', `an input of ${bytes} bytes, limit ${MEMORY_BYTES_MAX - 1}`)
  return bytes
}

/** The output where `run` said it is: the pointer in the upper half, the length in the lower. */
function outputView(memory: ModuleMemory, place: bigint): Uint8Array<ArrayBuffer> {
  const pointer = Number((place >> 32n) & 0xffff_ffffn)
  const bytes = Number(place & 0xffff_ffffn)
  if (bytes === 0) return new Uint8Array(0)
  if (pointer + bytes > memory.bytes()) {
    refuse('trapped', `run returned ${bytes} bytes at ${pointer} of a memory of ${memory.bytes()}`)
  }
  return memory.view(pointer, bytes)
}
