/**
 * A registry for tests: libraries that do what a library must not. Loaded by a real compute host in place of the
 * program's registry, never by the program.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { AlgorithmDeclaration, Library, LibraryCall, LibraryEntry, LibraryResult } from './library.ts'
import { noopAlgorithms } from './libraries/noop/algorithms.ts'
import { reach, Targets } from './reach.fixture.ts'

const EMPTY: LibraryResult = { output: new Uint8Array(0) }
const Meeting = z.object({ of: z.int() })

/** The code of each `test.…` algorithm. */
const deeds: Readonly<Record<string, (call: LibraryCall) => LibraryResult | Promise<LibraryResult>>> = {
  'test.spin': () => {
    for (;;) Math.sqrt(2)
  },
  'test.throw': () => {
    throw new RangeError('as it happens')
  },
  'test.heap': () => {
    const hoard: number[][] = []
    for (;;) hoard.push(Array.from({ length: 10_000 }, (_, i) => i))
  },
  'test.buffers': async () => {
    const hoard: Uint8Array[] = []
    for (;;) {
      hoard.push(new Uint8Array(32 << 20).fill(1))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  },
  'test.claim': () => {
    const hoard: Uint8Array[] = []
    for (;;) hoard.push(new Uint8Array(32 << 20))
  },
  // Leaves the engine no memory for its own heap.
  'test.claim-all': () => {
    const hoard: unknown[] = []
    for (let bytes = 32 << 20; bytes >= 64 << 10;) {
      try {
        hoard.push(new Uint8Array(bytes))
      } catch {
        bytes /= 2
      }
    }
    for (;;) hoard.push(Array.from({ length: 1_000 }, (_, i) => i / 3))
  },
  // Spins in the first host that runs it.
  'test.spin-once': () => {
    if (existsSync('spun')) return EMPTY
    writeFileSync('spun', '')
    for (;;) Math.sqrt(2)
  },
  'test.kill-host': () => {
    process.kill(process.pid, 'SIGKILL')
    for (;;) Math.sqrt(2)
  },
  // The working folder is the staging folder, the one place where a mark can be left.
  'test.kill-host-once': ({ unitIndex }) => {
    const mark = `mark-${unitIndex ?? ''}`
    if (!existsSync(mark)) {
      writeFileSync(mark, '')
      process.kill(process.pid, 'SIGKILL')
      for (;;) Math.sqrt(2)
    }
    return EMPTY
  },
  'test.exit': () => process.exit(3),
  'test.reject-later': () => {
    void Promise.reject(new Error('nobody waits for this'))
    return new Promise(() => undefined)
  },
  // 50,000 locals by 20,000 loops: the compiler is busy for a minute, and a thread cannot be ended meanwhile.
  'test.compile': () => {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(compileBomb(50_000, 20_000)))
    ;(instance.exports['f'] as () => void)()
    return EMPTY
  },
  'test.large': ({ unitIndex = 0 }) => ({
    output: new Uint8Array((1 << 20) + unitIndex).fill(unitIndex),
    extras: { note: new TextEncoder().encode('a note'), big: new Uint8Array(300 << 10) },
    info: { unitIndex },
  }),
  'test.large-slow': async () => {
    writeFileSync('host1-0-main', new Uint8Array(10))
    await new Promise(() => undefined)
    return EMPTY
  },
  'test.echo': ({ inputs }) => ({ output: inputs.get('blob')?.read() ?? new Uint8Array(0) }),
  'test.progress': async (call) => {
    for (let i = 0; i <= 5; i++) {
      call.progress(i / 5)
      await new Promise((resolve) => setTimeout(resolve, 110))
    }
    return EMPTY
  },
  // Ends when as many as `of` of them are there at once.
  'test.meet': async ({ params, unitIndex = 0 }) => {
    const { of } = Meeting.parse(params)
    writeFileSync(`here-${unitIndex}`, '')
    while (Array.from({ length: of }).some((_, i) => !existsSync(`here-${i}`))) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return EMPTY
  },
  'test.no-json': () => ({ ...EMPTY, info: { speed: Number.NaN } }),
  'test.reach': async ({ params }) => ({ output: EMPTY.output, info: await reach(Targets.parse(params)) }),
}

/** A valid module whose function `f` has many locals and many empty loops. */
function compileBomb(locals: number, loops: number): Uint8Array<ArrayBuffer> {
  const leb = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)])
  const code = [
    1,
    ...leb(locals),
    0x7f,
    ...Array.from({ length: loops }, () => [0x03, 0x40, 0x0b]).flat(),
    0x0b,
  ]
  const body = [...leb(code.length), ...code]
  const section = (id: number, content: number[]) => [id, ...leb(content.length), ...content]
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x66, 0, 0]),
    ...section(10, [1, ...body]),
  ])
}

const library: Library = { run: (call) => deeds[call.algorithmId]?.(call) ?? EMPTY }

/** The `test.…` algorithms, and `mesh.noop` as an innocent. */
export const libraries: readonly LibraryEntry[] = [
  {
    algorithms: Object.keys(deeds).map((algorithmId): AlgorithmDeclaration => ({
      algorithmId,
      version: '1.0.0',
      scope: 'local',
      modules: [],
    })),
    load: () => Promise.resolve(library),
  },
  {
    algorithms: noopAlgorithms,
    load: async () => (await import('./libraries/noop/library.ts')).library,
  },
]
