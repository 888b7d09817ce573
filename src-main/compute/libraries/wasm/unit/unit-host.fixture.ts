/** A unit's host for tests of host functions: a memory without a module, files in memory, and a count of the fuel. */
import { refuse } from '../../../../protocol/fault.ts'
import { ModuleCallParams } from '../../../../protocol/job-kinds/module.ts'
import { cidOfDigest, RAW } from '../../../../protocol/cid.ts'
import type { LibraryInput, OutputFile } from '../../../library.ts'
import { wat } from '../../../metering/wat.fixture.ts'
import { createModuleMemory } from './module-memory.ts'
import { createOutputSink } from './output-sink.ts'
import type { UnitHost } from './unit-host.ts'
import { createUnitLog } from './unit-log.ts'

/** The host, and what became of it. */
export interface TestHost extends UnitHost {
  readonly used: { fuel: number; copied: number; openInputs: number }
  readonly files: readonly Uint8Array[]
}

/** Options of a test; all else is as in a job that sets nothing. */
export interface TestUnit {
  readonly unit?: number
  readonly params?: unknown
  readonly input?: Uint8Array
  readonly outputBytesMax?: number
  readonly fuel?: number
  readonly progress?: (fraction: number) => void
}

/** A host over one page of memory. */
export function createTestHost(options: TestUnit = {}): TestHost {
  const params = ModuleCallParams.parse(options.params ?? {})
  const memory = createModuleMemory()
  memory.attach(onePage())
  const used = { fuel: 0, copied: 0, openInputs: 0 }
  const files: Uint8Array[] = []
  return {
    unit: options.unit ?? 0,
    params,
    input: options.input && memoryInput(options.input, used),
    memory,
    log: createUnitLog(params.limits.log_bytes),
    charge: (units) => {
      used.fuel += units
      if (used.fuel > (options.fuel ?? Infinity)) refuse('fuel-exhausted', 'used all its fuel')
    },
    progress: options.progress ?? (() => undefined),
    createSink: () =>
      createOutputSink({
        bytesMax: options.outputBytesMax ?? params.limits.output_bytes,
        createFile: () => memoryFile(files),
        copied: (bytes) => {
          used.copied += bytes
        },
      }),
    used,
    files,
  }
}

function onePage(): WebAssembly.Memory {
  const module = new WebAssembly.Module(wat('(module (memory (export "memory") 1 4))'))
  return new WebAssembly.Instance(module).exports['memory'] as WebAssembly.Memory
}

function memoryInput(bytes: Uint8Array, used: { openInputs: number }): LibraryInput {
  return {
    cid: cidOfDigest(RAW, new Uint8Array(32)),
    contentName: 'memory',
    bytes: bytes.byteLength,
    read: () => Uint8Array.from(bytes),
    readInto: (target) => {
      target.set(bytes)
    },
    open: () => {
      used.openInputs++
      return {
        readAt: (target, at) => {
          const part = bytes.subarray(Math.min(at, bytes.byteLength), at + target.byteLength)
          target.set(part)
          return part.byteLength
        },
        close: () => {
          used.openInputs--
        },
      }
    },
  }
}

/** A file that is an array, put among `files` and kept up to date there. */
function memoryFile(files: Uint8Array[]): OutputFile {
  const place = files.push(new Uint8Array(0)) - 1
  const content = () => files[place] ?? new Uint8Array(0)
  const resize = (bytes: number) => {
    const resized = new Uint8Array(bytes)
    resized.set(content().subarray(0, bytes))
    files[place] = resized
  }
  return {
    get bytes() {
      return content().byteLength
    },
    write: (source, at) => {
      if (at + source.byteLength > content().byteLength) resize(at + source.byteLength)
      content().set(source, at)
    },
    readAt: (target, at) => {
      const part = content().subarray(at, at + target.byteLength)
      target.set(part)
      return part.byteLength
    },
    truncate: resize,
  }
}
