/** Calls of the library in this process, with files in a folder of the test's own. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cidOfDigest, RAW } from '../../../protocol/cid.ts'
import { faultOf, type Fault } from '../../../protocol/fault.ts'
import type { Params } from '../../../protocol/work.ts'
import type { LibraryCall, LibraryInput, LibraryResult } from '../../library.ts'
import { wat } from '../../metering/wat.fixture.ts'
import { libraryInput } from '../../worker/read-input.ts'
import { createStaging, type Staging } from '../../worker/staging.ts'
import { createWasmLibrary } from './library.ts'

/** A unit of a test. */
export interface UnitOfTest {
  /** A module as text or bytes. */
  readonly module: string | Uint8Array
  readonly input?: Uint8Array
  readonly params?: Params
  readonly unitIndex?: number
  readonly algorithmId?: string
  readonly limits?: Partial<LibraryCall['limits']>
  readonly progress?: (fraction: number) => void
}

/** How a unit ended, all in memory. */
export interface EndOfTest {
  readonly output?: Uint8Array
  readonly fault?: Fault
  readonly log?: string
  readonly info?: Params
  readonly metered?: LibraryResult['metered']
}

/** A library of its own, with a folder. */
export interface TestLibrary {
  readonly run: (unit: UnitOfTest) => Promise<EndOfTest>
  /** How often each input was asked for, by role, and with which function. */
  readonly reads: string[]
  /** Removes the folder. */
  readonly close: () => void
}

/** A library with nothing compiled yet. */
export function createTestLibrary(): TestLibrary {
  const folder = mkdtempSync(join(tmpdir(), 'meshwork-wasm-'))
  mkdirSync(join(folder, 'staging'))
  const library = createWasmLibrary()
  const reads: string[] = []
  let tasks = 0

  function inputOf(role: string, bytes: Uint8Array): LibraryInput {
    const path = join(folder, `${role}-${tasks}`)
    writeFileSync(path, bytes)
    const cid = cidOfDigest(RAW, createHash('sha256').update(bytes).digest())
    const input = libraryInput(role, { cid, path, bytes: bytes.byteLength }, () => undefined)
    const noting = <V extends unknown[], R>(name: string, act: (...values: V) => R) => {
      return (...values: V): R => {
        reads.push(`${role} ${name}`)
        return act(...values)
      }
    }
    return {
      ...input,
      read: noting('read', () => input.read()),
      readInto: noting('readInto', (target: Uint8Array) => input.readInto(target)),
      open: noting('open', () => input.open()),
    }
  }

  function callOf(unit: UnitOfTest, staging: Staging): LibraryCall {
    const module = typeof unit.module === 'string' ? wat(unit.module) : unit.module
    const inputs = new Map([['module', inputOf('module', module)]])
    if (unit.input !== undefined) inputs.set('input', inputOf('input', unit.input))
    return {
      algorithmId: unit.algorithmId ?? 'wasm.module',
      params: unit.params ?? {},
      inputs,
      ...(unit.unitIndex === undefined ? {} : { unitIndex: unit.unitIndex }),
      limits: { wallMsMax: 60_000, memoryBytesMax: 1 << 30, outputBytesMax: 1 << 30, ...unit.limits },
      createOutput: staging.createOutput,
      progress: unit.progress ?? (() => undefined),
      said: () => undefined,
    }
  }

  return {
    reads,
    run: async (unit) => {
      const staging = createStaging(join(folder, 'staging', `${++tasks}`))
      try {
        const outcome = await library.run(callOf(unit, staging))
        if ('fault' in outcome) return { fault: outcome.fault, info: outcome.info, ...logOf(outcome.info) }
        const { output, info = {}, metered } = outcome
        const facts = { info, ...logOf(info), ...(metered === undefined ? {} : { metered }) }
        if (ArrayBuffer.isView(output)) return { output, ...facts }
        staging.handOver({ kind: 'done', output, extras: {}, info: {}, metrics: NO_METRICS })
        return { output: readFileSync(join(folder, 'staging', `${tasks}-0`)), ...facts }
      } catch (error) {
        return { fault: faultOf(error, 'unit-failed') }
      }
    },
    close: () => rmSync(folder, { recursive: true }),
  }
}

const NO_METRICS = { wall_ms: 0, cpu_ms: 0, peak_memory_bytes: 0, input_bytes: 0, output_bytes: 0 }

function logOf({ log }: Params): { log?: string } {
  return typeof log === 'string' ? { log } : {}
}

/** Options of `meshworkModule`, besides its `run`. */
interface ModuleText {
  readonly imports?: string
  readonly fields?: string
  /** The body of `alloc`, which gives address 1024 otherwise. */
  readonly alloc?: string
}

/** A meshwork-1 module in text with one page of memory; its `run` has the parameters `$ptr` and `$len`. */
export function meshworkModule(run: string, more: ModuleText = {}): string {
  return `(module
    (import "meshwork" "log" (func $log (param i32 i32)))
    (import "meshwork" "progress" (func $progress (param f32)))
    (import "meshwork" "unit" (func $unit (result i32)))
    ${more.imports ?? ''}
    (memory (export "memory") 1 100)
    ${more.fields ?? ''}
    (func (export "alloc") (param $bytes i32) (result i32) ${more.alloc ?? '(i32.const 1024)'})
    (func (export "run") (param $ptr i32) (param $len i32) (result i64) ${run}))`
}

/** A WASI command in text: `body` runs with `$read`, `$write` and `$exit`, and 64 KiB pages as asked. */
export function wasiModule(
  body: string,
  more: { pages?: number; fields?: string; imports?: string } = {},
): string {
  return `(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    ${more.imports ?? ''}
    (memory (export "memory") ${more.pages ?? 1})
    ${more.fields ?? ''}
    (func (export "_start") ${body}))`
}

/** Copies standard input to standard output through a buffer of so many bytes at 65536, and then does `more`. */
export function catModule(bytes: number, more = ''): string {
  const body = `(loop $more
    (i32.store (i32.const 0) (i32.const 65536))
    (i32.store (i32.const 4) (i32.const ${bytes}))
    (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
    (if (i32.load (i32.const 4)) (then
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))
      (br $more)))) ${more}`
  return wasiModule(body, { pages: 1 + Math.ceil(bytes / 65_536), fields: '(data (i32.const 32) "magic")' })
}
