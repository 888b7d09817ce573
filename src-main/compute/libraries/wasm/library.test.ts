import { afterAll, describe, expect, it } from 'vitest'
import { catModule, createTestLibrary, meshworkModule, wasiModule } from './library-call.fixture.ts'

const library = createTestLibrary()
afterAll(() => library.close())
const { run } = library

const ECHO =
  '(i64.or (i64.shl (i64.extend_i32_u (local.get $ptr)) (i64.const 32)) (i64.extend_i32_u (local.get $len)))'
const input = new TextEncoder().encode('an input')
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)

/** Writes the text at 32 to a descriptor. */
const say = (fd: number, bytes: number) =>
  `(i32.store (i32.const 0) (i32.const 32)) (i32.store (i32.const 4) (i32.const ${bytes}))
   (drop (call $write (i32.const ${fd}) (i32.const 0) (i32.const 1) (i32.const 12)))`

describe('units of one module', () => {
  it('[X10] run in instances of their own: nothing is left of another in memory, globals or tables', async () => {
    const count = `(global.set $g (i32.add (global.get $g) (i32.const 1)))
      (i32.store (local.get $ptr) (i32.add (i32.load (i32.const 64)) (global.get $g)))
      (i32.store (i32.const 64) (i32.const 5))
      (table.set $t (i32.const 0) (ref.func $f))
      ${ECHO}`
    const fields = '(global $g (mut i32) (i32.const 0)) (table $t 1 funcref) (elem declare func $f) (func $f)'
    const module = meshworkModule(count, { fields })
    const outputs = [await run({ module, input }), await run({ module, input })].map(
      ({ output }) => output?.[0],
    )
    expect(outputs).toEqual([1, 1])
  })

  it('[X16] have a memory and globals of their own also where the module imports them', async () => {
    const module = `(module (import "env" "mem" (memory 1 2)) (import "env" "base" (global $base (mut i32)))
      (func (export "alloc") (param i32) (result i32) (i32.const 1024))
      (func (export "run") (param $ptr i32) (param $len i32) (result i64)
        (global.set $base (i32.add (global.get $base) (i32.const 1)))
        (i32.store8 (local.get $ptr) (i32.add (i32.load8_u (i32.const 64)) (global.get $base)))
        (i32.store8 (i32.const 64) (i32.const 5))
        ${ECHO}))`
    for (const _ of [1, 2]) {
      const { output } = await run({ module, input })
      expect(text(output)).toBe('\u0001n input')
    }
  })

  it('[X18] tell with their fault what a panic said, not the hint after it', async () => {
    const panic =
      "thread 'main' panicked at src/main.rs:2:5:\\0aboom\\0anote: run with `RUST_BACKTRACE=1`\\0a"
    const bytes = panic.replaceAll('\\0a', '\n').length
    const module = wasiModule(`${say(2, bytes)} (unreachable)`, {
      fields: `(data (i32.const 32) "${panic}")`,
    })
    expect((await run({ module })).fault).toEqual({
      kind: 'trapped',
      message: "trapped: unreachable executed: thread 'main' panicked at src/main.rs:2:5: boom",
    })
  })

  it('use the same fuel, the first and the later ones', async () => {
    const module = catModule(4_096)
    const units = [0, 1, 2].map(async () => (await run({ module, input: new Uint8Array(100_000) })).metered)
    const [first, ...others] = await Promise.all(units)
    expect(first?.fuel).toBeGreaterThan(100_000)
    expect(others).toEqual([first, first])
  })

  it('that held as much memory as one may are cleared away before the next', async () => {
    const module = wasiModule('(memory.fill (i32.const 0) (i32.const 1) (i32.const 0x4000000))', {
      pages: 1_024,
    })
    const params = { limits: { memory_pages: 1_024 } }
    const unit = { module, params, limits: { memoryBytesMax: 64 << 20 } }
    await run(unit)
    const before = process.memoryUsage().external
    for (let i = 0; i < 3; i++) await run(unit)
    expect(process.memoryUsage().external - before).toBeLessThan(32 << 20)
  })

  it('[X10] are instrumented and compiled once', async () => {
    const module = catModule(512)
    library.reads.length = 0
    for (let i = 0; i < 3; i++) await run({ module, input })
    expect(library.reads.filter((read) => read === 'module read').length).toBe(1)
    await run({ module, input, params: { limits: { memory_pages: 5 } } })
    expect(library.reads.filter((read) => read === 'module read').length).toBe(2)
  })

  it('of a module that is refused are refused without looking at it again', async () => {
    const module = new TextEncoder().encode('not a module')
    library.reads.length = 0
    const [one, two] = [await run({ module }), await run({ module })]
    expect(one.fault?.kind).toBe('module-refused')
    expect(two).toEqual(one)
    expect(library.reads).toEqual(['module read'])
  })

  it('[X10] push out the module that was not used for longest when there are many', async () => {
    const modules = Array.from({ length: 17 }, (_, i) => catModule(1_000 + i))
    for (const module of modules) await run({ module })
    library.reads.length = 0
    await run({ module: modules[16]! })
    expect(library.reads).toEqual([])
    await run({ module: modules[0]! })
    expect(library.reads).toEqual(['module read'])
  })
})

describe('the limits of a unit', () => {
  it('are its fuel', async () => {
    const module = meshworkModule(`(loop $l (br $l)) ${ECHO}`)
    const end = await run({ module, params: { limits: { fuel: 1_000_000 } } })
    expect(end.fault).toEqual({ kind: 'fuel-exhausted', message: 'used all 1000000 units of fuel' })
  })

  it('are its fuel in a loop of host calls, too', async () => {
    const module = wasiModule(`(loop $l ${say(2, 1)} (br $l))`)
    const end = await run({ module, params: { limits: { fuel: 1_000_000, log_bytes: 10 } } })
    expect(end.fault?.kind).toBe('fuel-exhausted')
    expect(end.log).toMatch(/the log is full: \d+ more bytes were dropped/)
  })

  it('are its pages of memory, at the start and later', async () => {
    const limits = { memory_pages: 3 }
    const large = await run({ module: wasiModule('', { pages: 4 }), params: { limits } })
    expect(large.fault?.message).toMatch(/^module refused: memory minimum 4 pages is over the limit 3/)
    const grow = `(drop (memory.grow (i32.const 1))) (drop (memory.grow (i32.const 2)))
      (drop (memory.grow (i32.const 1)))`
    const end = await run({ module: wasiModule(grow), params: { limits } })
    expect(end.metered?.peakPages).toBe(3)
  })

  it('are its input, in both ABIs', async () => {
    const params = { limits: { input_bytes: input.byteLength - 1 } }
    const message = `the input of ${input.byteLength} bytes is over the limit of ${input.byteLength - 1}`
    for (const module of [meshworkModule(ECHO), catModule(3)]) {
      expect((await run({ module, input, params })).fault).toEqual({ kind: 'oversized', message })
      const within = { limits: { input_bytes: input.byteLength } }
      expect((await run({ module, input, params: within })).fault).toBeUndefined()
    }
  })

  it('are its output, in both ABIs', async () => {
    const params = { limits: { output_bytes: 7 } }
    const fault = { kind: 'oversized', message: 'output is over the limit of 7 bytes' }
    expect((await run({ module: meshworkModule(ECHO), input, params })).fault).toEqual(fault)
    expect((await run({ module: catModule(3), input, params })).fault).toEqual(fault)
    expect(text((await run({ module: catModule(3), input: input.subarray(0, 7), params })).output)).toBe(
      'an inpu',
    )
  })

  it('are its output as a file, which cannot grow over them either', async () => {
    const params = { limits: { output_bytes: 1 << 20 } }
    const end = await run({ module: catModule(65_536), input: new Uint8Array((1 << 20) + 1), params })
    expect(end.fault?.kind).toBe('oversized')
  })

  it('[X9] that are more than is lent to it here are told, never lowered', async () => {
    const end = await run({ module: catModule(10), limits: { memoryBytesMax: 1 << 20 } })
    expect(end.fault).toMatchObject({ kind: 'quota-exceeded' })
  })
})

describe('a program that fails', () => {
  const fields = '(data (i32.const 32) "no such file\\n")'

  it('ends with its exit code and the last line of its log', async () => {
    const end = await run({ module: wasiModule(`${say(2, 13)} (call $exit (i32.const 3))`, { fields }) })
    const fault = { kind: 'exit-code', message: 'ended with exit code 3: no such file' }
    expect(end).toEqual({ fault, log: 'no such file\n', info: { log: 'no such file\n' } })
  })

  it('[X5] cannot catch its end', async () => {
    const caught = `(try (do (call $exit (i32.const 3))) (catch_all)) ${say(1, 5)}`
    expect((await run({ module: wasiModule(caught, { fields }) })).fault?.message).toBe(
      'ended with exit code 3',
    )
  })

  it('with exit code 0 has not failed, whatever it did before', async () => {
    const end = await run({
      module: wasiModule(`${say(1, 7)} (call $exit (i32.const 0)) unreachable`, { fields }),
    })
    expect(text(end.output)).toBe('no such')
    expect(end.metered?.fuel).toBeGreaterThan(800)
  })

  it('by a trap says so, and what it said last', async () => {
    const end = await run({ module: wasiModule(`${say(2, 12)} unreachable`, { fields }) })
    expect(end.fault).toEqual({ kind: 'trapped', message: 'trapped: unreachable executed: no such file' })
  })

  it('in its start section ends as it would later', async () => {
    const failing = wasiModule('', { fields: `${fields} (func $s (call $exit (i32.const 4))) (start $s)` })
    expect((await run({ module: failing })).fault?.message).toBe('ended with exit code 4')
    const fine = wasiModule('unreachable', { fields: `(func $s (call $exit (i32.const 0))) (start $s)` })
    expect((await run({ module: fine })).output).toEqual(new Uint8Array(0))
  })
})

describe("this machine's own lack of stack or memory", () => {
  it('in a host function is no verdict about the unit, and cannot be caught by it', async () => {
    const module = meshworkModule(`(try (do (call $progress (f32.const 1))) (catch_all)) ${ECHO}`)
    const progress = () => {
      throw new RangeError('Maximum call stack size exceeded')
    }
    expect((await run({ module, input, progress })).fault?.kind).toBe('memory-exhausted')
  })
})

describe('a call of the library', () => {
  it.each([
    ['unknown fields', { mood: 'gloomy' }],
    ['limits beyond every module', { limits: { memory_pages: 65_537 } }],
    ['a NUL in an argument', { args: ['a\0b'] }],
  ])('refuses params with %s', async (_, params) => {
    expect((await run({ module: catModule(10), params })).fault?.kind).toBe('bad-input')
  })

  it('checks a module without running it', async () => {
    const check = (module: string) => run({ module, algorithmId: 'wasm.check' })
    expect((await check(meshworkModule('unreachable'))).info).toEqual({
      abi: 'meshwork-1',
      memory_pages: 1,
      imports: ['meshwork.log', 'meshwork.progress', 'meshwork.unit'],
    })
    expect((await check(catModule(10))).info).toMatchObject({ abi: 'wasi-command', memory_pages: 2 })
    expect((await check('(module)')).fault?.kind).toBe('module-refused')
  })
})
