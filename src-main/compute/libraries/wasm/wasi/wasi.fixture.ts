/** Calls of WASI functions as a module makes them, for tests: what a pointer needs is put into memory for it. */
import { assert } from '../../../../protocol/fault.ts'
import { createTestHost, type TestHost, type TestUnit } from '../unit/unit-host.fixture.ts'
import { wasiProgram } from './wasi-program.ts'
import { WASI } from './wasi-signatures.ts'

/** Where results are put: nothing else in these tests is there. */
export const RESULT = 60_000
const TEXT = 50_000
const VECTORS = 40_000
const BUFFER = 8_192

/** How `path_open` is asked: read access unless `rights` says otherwise. */
interface OpenOptions {
  readonly rights?: bigint
  readonly flags?: number
  readonly oflags?: number
}

/** A program's host with its functions at hand. */
export interface TestProgram {
  readonly host: TestHost
  /** Calls a function; returns its errno. */
  readonly call: (name: string, ...values: (number | bigint)[]) => number
  /** Opens a path below the directory. */
  readonly open: (path: string, how: OpenOptions) => { errno: number; fd: number }
  /** Reads up to `bytes` as text. */
  readonly read: (fd: number, bytes: number) => string
  /** Writes text, cut into two vectors; returns the errno. */
  readonly write: (fd: number, text: string) => number
  /** Puts text into memory; returns pointer and length. */
  readonly put: (text: string) => [pointer: number, bytes: number]
  /** The output that the program would have had. */
  readonly output: () => Uint8Array
}

/** A WASI command that is about to run. */
export function createTestProgram(unit: TestUnit = {}): TestProgram {
  const host = createTestHost(unit)
  const { memory } = host
  const program = wasiProgram(host)
  const call = (name: string, ...values: (number | bigint)[]): number => {
    const act = program.functions(WASI, name) as ((...v: (number | bigint)[]) => number) | undefined
    assert(act !== undefined, `${name} is a function of WASI`)
    return act(...values)
  }
  const put = (text: string): [number, number] => {
    const bytes = new TextEncoder().encode(text)
    memory.view(TEXT, bytes.byteLength).set(bytes)
    return [TEXT, bytes.byteLength]
  }
  const vectors = (...pieces: [pointer: number, bytes: number][]): [number, number] => {
    for (const [i, [pointer, bytes]] of pieces.entries()) {
      memory.setUint32(VECTORS + 8 * i, pointer)
      memory.setUint32(VECTORS + 8 * i + 4, bytes)
    }
    return [VECTORS, pieces.length]
  }
  return {
    host,
    call,
    put,
    open: (path, { rights = 2n, flags = 0, oflags = 0 }) => {
      const errno = call('path_open', 3, 0, ...put(path), oflags, rights, 0n, flags, RESULT)
      return { errno, fd: memory.getUint32(RESULT) }
    },
    read: (fd, bytes) => {
      const half = bytes >> 1
      const errno = call('fd_read', fd, ...vectors([BUFFER, half], [BUFFER + half, bytes - half]), RESULT)
      if (errno !== 0) return `errno ${errno}`
      return new TextDecoder().decode(memory.view(BUFFER, memory.getUint32(RESULT)))
    },
    write: (fd, text) => {
      const [pointer, bytes] = put(text)
      const half = bytes >> 1
      return call('fd_write', fd, ...vectors([pointer, half], [pointer + half, bytes - half]), RESULT)
    },
    output: () => {
      const exited = () => {
        call('proc_exit', 0)
        throw new Error('unreachable')
      }
      const result = program.run(exited)
      if (ArrayBuffer.isView(result)) return result
      const bytes = new Uint8Array(result.bytes)
      result.readAt(bytes, 0)
      return bytes
    },
  }
}
