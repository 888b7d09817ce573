import { refuse } from '../../../../protocol/fault.ts'
import { printable } from '../../../messages/last-words.ts'
import { HOST_CALL_FUEL, TEXT_BYTE_FUEL } from './host-costs.ts'
import type { HostFunction, HostFunctions, HostSignatures } from '../imports.ts'
import { OutsideMemory, type ModuleMemory } from '../unit/module-memory.ts'
import type { UnitHost } from '../unit/unit-host.ts'
import { createRandomStream } from '../unit/unit-seed.ts'

/** Functions that modules of both ABIs may import: the mesh's own functions, and what AssemblyScript asks of its host. */
export const MESHWORK_SIGNATURES: HostSignatures = {
  meshwork: { progress: 'f:', log: 'ii:', unit: ':i' },
  env: { abort: 'iiii:', seed: ':F' },
}

/** Bytes of an AssemblyScript string that a message takes. */
const STRING_BYTES_MAX = 2_000

const NEW_LINE = Uint8Array.of(0x0a)

/** The functions for one unit. */
export function meshworkFunctions(host: UnitHost): HostFunctions {
  const { memory, log, charge } = host
  let random: ReturnType<typeof createRandomStream> | undefined

  /** Charges for a call, and makes a bad pointer the module's own fault. */
  const call =
    <V extends number[]>(name: string, act: (...values: V) => number | undefined) =>
    (...values: V): number | undefined => {
      charge(HOST_CALL_FUEL)
      try {
        return act(...values)
      } catch (error) {
        if (error instanceof OutsideMemory) refuse('trapped', `${name} was called with ${error.message}`)
        throw error
      }
    }

  const addLine = (line: Uint8Array) => {
    charge(line.byteLength * TEXT_BYTE_FUEL)
    log.add(line)
    log.add(NEW_LINE)
  }

  const functions: Readonly<Record<string, Readonly<Record<string, HostFunction>>>> = {
    meshwork: {
      progress: call('progress', (fraction: number) => {
        if (!Number.isNaN(fraction)) host.progress(Math.min(1, Math.max(0, fraction)))
        return undefined
      }),
      log: call('log', (pointer: number, bytes: number) => {
        addLine(memory.view(pointer, bytes))
        return undefined
      }),
      unit: call('unit', () => host.unit),
    },
    env: {
      abort: call('abort', (message: number, file: number, line: number, column: number) => {
        const where = `${assemblyScriptString(memory, file)}:${line >>> 0}:${column >>> 0}`
        const text = `abort: ${assemblyScriptString(memory, message)} in ${where}`
        addLine(new TextEncoder().encode(text))
        return refuse('trapped', text)
      }),
      // Whatever the number's bits, it is one: AssemblyScript takes it as the state of its generator.
      seed: call('seed', () => {
        random ??= createRandomStream(host.params.seed, host.unit)
        const bits = new Uint8Array(4)
        random.fill(bits)
        return new DataView(bits.buffer).getUint32(0, true)
      }),
    },
  }
  return (module, name) => functions[module]?.[name]
}

/** A string as AssemblyScript lays it out: UTF-16, its length in bytes in the four bytes before it. */
function assemblyScriptString(memory: ModuleMemory, pointer: number): string {
  if (pointer === 0) return '(nothing)'
  const bytes = Math.min(memory.getUint32(pointer - 4), STRING_BYTES_MAX)
  const text = new TextDecoder('utf-16le').decode(memory.view(pointer, bytes & ~1))
  return printable(text)
}
