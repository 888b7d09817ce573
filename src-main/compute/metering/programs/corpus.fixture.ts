/**
 * Real programs for the meter's tests and its bench, each with work to do: the AssemblyScript kernels of
 * `wasm/metering-kernels`, and hash functions in C that LLVM compiled (npm's hash-wasm carries them as base64).
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { kernelPath } from '../../../../wasm/build.ts'

/** Small is milliseconds at most and fixed for good: golden vectors hold its fuel. Large is some 5 to 20 ms. */
export type Size = 'small' | 'large'

/** Makes an instance, metered or not. */
export type Instantiate = (imports?: WebAssembly.Imports) => WebAssembly.Exports

/** A module, and one thing it does. */
export interface Workload {
  readonly name: string
  readonly source: 'AssemblyScript' | 'LLVM'
  /** Whether it is mostly float arithmetic. */
  readonly floats: boolean
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The work, to be done as often as wanted, on one instance or many; its result is a checksum. */
  work(instantiate: Instantiate, size: Size): () => bigint
}

type Call = (...args: readonly (number | bigint)[]) => number | bigint

/** An export that is known to be a function. */
export function exported(exports: WebAssembly.Exports, name: string): Call {
  const call = exports[name]
  if (typeof call !== 'function') throw new Error(`no function ${name} is exported`)
  return call as unknown as Call
}

/** Name, the argument when small, when large, and whether it is about floats. */
const KERNELS: readonly (readonly [string, number, number, 'floats'?])[] = [
  ['crc', 2_000, 800_000],
  ['interpret', 1_000, 600_000],
  ['sieve', 10_000, 2_000_000],
  ['sha256', 50, 30_000],
  ['words', 8, 8_000],
  ['levenshtein', 50, 1_800],
  ['fibonacci', 12, 31],
  ['quicksort', 1_000, 150_000],
  ['trees', 1, 150],
  ['mandelbrot', 12, 250, 'floats'],
  ['matmul', 12, 220, 'floats'],
  ['nbody', 100, 100_000, 'floats'],
  ['spheres', 8, 150, 'floats'],
  ['fourier', 1, 500, 'floats'],
  ['blend', 2, 4_000, 'floats'],
  ['dot', 4, 12_000, 'floats'],
]

/** The AssemblyScript kernels, all in one module. */
export function assemblyScriptWorkloads(): Workload[] {
  const bytes = new Uint8Array(readFileSync(kernelPath('metering-kernels')))
  return KERNELS.map(([name, small, large, floats]) => ({
    name,
    source: 'AssemblyScript',
    floats: floats !== undefined,
    bytes,
    work: (instantiate, size) => {
      const run = exported(instantiate(), name)
      const n = size === 'small' ? small : large
      return () => BigInt(run(n))
    },
  }))
}

/** Name, argument of `Hash_Init`, argument of `Hash_Final`, kilobytes when large. */
const HASHES: readonly (readonly [string, number, number, number])[] = [
  ['md5', 0, 0, 4_000],
  ['sha1', 0, 0, 3_000],
  ['sha256', 256, 0, 3_000],
  ['sha512', 512, 0, 4_000],
  ['sha3', 256, 6, 4_000],
  ['ripemd160', 0, 0, 2_000],
  ['whirlpool', 0, 0, 1_000],
  ['blake2b', 512, 0, 8_000],
  ['blake2s', 256, 0, 4_000],
  ['blake3', 0, 32, 4_000],
  ['crc32', 0xedb88320 | 0, 0, 16_000],
  ['adler32', 0, 0, 16_000],
  ['xxhash32', 0, 0, 32_000],
  ['xxhash64', 0, 0, 48_000],
  ['xxhash128', 0, 0, 48_000],
]

/** The size of hash-wasm's buffer, in bytes. */
const CHUNK = 16_384
const KILOBYTES_SMALL = 3

/** hash-wasm's modules, by the name of their hash. */
export function hashModules(): Map<string, Uint8Array<ArrayBuffer>> {
  const require = createRequire(import.meta.url)
  const bundle = readFileSync(join(require.resolve('hash-wasm'), '..', 'index.esm.js'), 'utf8')
  const pairs = bundle.matchAll(/var name(?:\$\w+)? = "(\w+)";\s*var data(?:\$\w+)? = "([A-Za-z0-9+/=]+)"/g)
  return new Map(Array.from(pairs, ([, name = '', data = '']) => [name, fromBase64(data)]))
}

/** Bytes of a base64 text, in a buffer of their own. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64'))
}

/** Hash functions that LLVM compiled. */
export function llvmWorkloads(): Workload[] {
  const modules = hashModules()
  return HASHES.map(([name, init, final, large]) => {
    const bytes = modules.get(name)
    if (bytes === undefined) throw new Error(`hash-wasm has no module ${name}`)
    return {
      name: `hash-wasm ${name}`,
      source: 'LLVM',
      floats: false,
      bytes,
      work: (instantiate, size) =>
        hashing(instantiate(), init, final, size === 'small' ? KILOBYTES_SMALL : large),
    }
  })
}

function hashing(exports: WebAssembly.Exports, init: number, final: number, kilobytes: number): () => bigint {
  const memory = exports['memory'] as WebAssembly.Memory
  const at = Number(exported(exports, 'Hash_GetBuffer')())
  const input = Uint8Array.from({ length: CHUNK }, (_, i) => (i * 167) >> 3)
  const [start, update, end] = ['Hash_Init', 'Hash_Update', 'Hash_Final'].map((name) =>
    exported(exports, name),
  )
  return () => {
    const view = new Uint8Array(memory.buffer)
    view.set(input, at)
    start?.(init)
    for (let left = kilobytes * 1024; left > 0; left -= CHUNK) update?.(Math.min(left, CHUNK))
    end?.(final)
    return new DataView(memory.buffer).getBigUint64(at, true)
  }
}
