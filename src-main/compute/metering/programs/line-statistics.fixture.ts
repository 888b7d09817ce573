import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { exported, type Workload } from './corpus.fixture.ts'
import { dice } from '../dice.fixture.ts'

const MODULE = fileURLToPath(new URL('../../../../wasm/examples/c/line-statistics.wasm', import.meta.url))
const BYTES_SMALL = 2_000
const BYTES_LARGE = 60_000
const [STDIN, STDOUT] = [0, 1]
const BAD_DESCRIPTOR = 8
/** File type of standard input and output as this host tells it: a character device. */
const CHARACTER_DEVICE = 2

/** Statistics of a text by the example in C: a WASI command, so each run is a fresh instance of its own. */
export function lineStatisticsWorkload(): Workload {
  return {
    name: 'line-statistics, WASI',
    source: 'LLVM',
    floats: false,
    bytes: new Uint8Array(readFileSync(MODULE)),
    work: (instantiate, size) => {
      const input = text(size === 'small' ? BYTES_SMALL : BYTES_LARGE)
      return () => {
        const output = createHash('sha256')
        let exports: WebAssembly.Exports = {}
        const memory = () => new Uint8Array((exports['memory'] as WebAssembly.Memory).buffer)
        exports = instantiate({
          wasi_snapshot_preview1: system(input, memory, (bytes) => output.update(bytes)),
        })
        exported(exports, '_start')()
        return output.digest().readBigInt64LE()
      }
    },
  }
}

function text(bytes: number): Uint8Array {
  const roll = dice(1)
  const letters = Uint8Array.from({ length: bytes }, () => (roll(6) === 0 ? 32 : 97 + roll(9)))
  return letters.map((letter, i) => (i % 70 === 69 ? 10 : letter))
}

/** As much of WASI as the program uses, on one input and one output. */
function system(
  input: Uint8Array,
  memory: () => Uint8Array,
  write: (bytes: Uint8Array) => void,
): Record<string, (...args: number[]) => number> {
  let at = 0
  const put = (where: number, value: number) => new DataView(memory().buffer).setUint32(where, value, true)
  /** Moves bytes for each of the vectors, and says how many in all. */
  const each = (vectors: number, count: number, move: (part: Uint8Array) => number) => {
    const view = new DataView(memory().buffer)
    let sum = 0
    for (let i = 0; i < count; i++) {
      const start = view.getUint32(vectors + 8 * i, true)
      sum += move(memory().subarray(start, start + view.getUint32(vectors + 8 * i + 4, true)))
    }
    return sum
  }
  const done = () => 0
  return {
    args_get: done,
    args_sizes_get: (count = 0, bytes = 0) => {
      put(count, 0)
      put(bytes, 0)
      return 0
    },
    fd_close: done,
    fd_fdstat_get: (_fd = 0, where = 0) => {
      memory().fill(0, where, where + 24)
      memory()[where] = CHARACTER_DEVICE
      return 0
    },
    fd_fdstat_set_flags: done,
    fd_prestat_get: () => BAD_DESCRIPTOR,
    fd_prestat_dir_name: () => BAD_DESCRIPTOR,
    fd_read: (fd = 0, vectors = 0, count = 0, where = 0) => {
      if (fd !== STDIN) return BAD_DESCRIPTOR
      const read = each(vectors, count, (part) => {
        const taken = input.subarray(at, at + part.length)
        part.set(taken)
        at += taken.length
        return taken.length
      })
      put(where, read)
      return 0
    },
    fd_seek: () => BAD_DESCRIPTOR,
    fd_write: (fd = 0, vectors = 0, count = 0, where = 0) => {
      const written = each(vectors, count, (part) => {
        if (fd === STDOUT) write(part)
        return part.length
      })
      put(where, written)
      return 0
    },
    path_open: () => BAD_DESCRIPTOR,
    proc_exit: (code) => {
      throw new Error(`the program ended with ${code}`)
    },
  }
}
