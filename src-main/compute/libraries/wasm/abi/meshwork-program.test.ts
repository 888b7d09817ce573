import { afterAll, describe, expect, it } from 'vitest'
import { createTestLibrary, meshworkModule } from '../library-call.fixture.ts'
import { HELD_BYTES_MAX } from '../unit/output-sink.ts'

const library = createTestLibrary()
afterAll(() => library.close())
const { run } = library

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)
const input = new TextEncoder().encode('an input')

/** The result of `run` for a range. */
const place = (pointer: string, bytes: string) =>
  `(i64.or (i64.shl (i64.extend_i32_u ${pointer}) (i64.const 32)) (i64.extend_i32_u ${bytes}))`
const ECHO = place('(local.get $ptr)', '(local.get $len)')

describe('a meshwork-1 module', () => {
  it('gets the input where alloc says, and gives the output where run says', async () => {
    expect(text((await run({ module: meshworkModule(ECHO), input })).output)).toBe('an input')
  })

  it('is told of an empty input without alloc', async () => {
    const module = meshworkModule(
      `(if (i32.or (local.get $ptr) (local.get $len)) (then unreachable)) ${place('(i32.const 0)', '(i32.const 4)')}`,
      { alloc: 'unreachable' },
    )
    expect((await run({ module })).output).toEqual(new Uint8Array(4))
    expect((await run({ module, input: new Uint8Array(0) })).output).toEqual(new Uint8Array(4))
  })

  it('may give nothing, from wherever', async () => {
    const module = meshworkModule(place('(i32.const -1)', '(i32.const 0)'))
    expect((await run({ module, input })).output).toEqual(new Uint8Array(0))
  })

  it('may give its input back changed in place, and all of its memory', async () => {
    const inPlace = meshworkModule(`(i32.store8 (local.get $ptr) (i32.const 65)) ${ECHO}`)
    expect(text((await run({ module: inPlace, input })).output)).toBe('An input')
    const all = meshworkModule(place('(i32.const 0)', '(i32.const 65536)'))
    expect((await run({ module: all, input })).output?.byteLength).toBe(65_536)
  })

  it.each<[string, string, string?]>([
    ['run returned 1 bytes at 65536 of a memory of 65536', place('(i32.const 65536)', '(i32.const 1)')],
    ['run returned 65536 bytes at 1 of a memory of 65536', place('(i32.const 1)', '(i32.const 65536)')],
    ['run returned 4294967295 bytes at 0 of a memory of 65536', place('(i32.const 0)', '(i32.const -1)')],
    ['run returned 8 bytes at 4294967292 of a memory of 65536', place('(i32.const -4)', '(i32.const 8)')],
    ['run returned 4294967295 bytes at 4294967295 of a memory of 65536', '(i64.const -1)'],
    ['alloc had no place for an input of 8 bytes', ECHO, '(i32.const 0)'],
    ['alloc gave 8 bytes at 65529 of a memory of 65536', ECHO, '(i32.const 65529)'],
    ['alloc gave 8 bytes at 4294967295 of a memory of 65536', ECHO, '(i32.const -1)'],
    ['trapped: unreachable executed', 'unreachable'],
    ['trapped: unreachable executed', ECHO, 'unreachable'],
    [
      'log was called with 10 bytes at 65530 of a memory of 65536',
      `(call $log (i32.const 65530) (i32.const 10)) ${ECHO}`,
    ],
  ])('that does what it must not ends with: %s', async (message, body, alloc) => {
    expect(await run({ module: meshworkModule(body, alloc === undefined ? {} : { alloc }), input })).toEqual({
      fault: { kind: 'trapped', message },
    })
  })

  it('may grow its memory in alloc, as one does that has no place yet', async () => {
    const grow = `(drop (memory.grow (i32.const 40))) (i32.const 65536)`
    const big = new Uint8Array(2 << 20).fill(7)
    const { output, metered } = await run({ module: meshworkModule(ECHO, { alloc: grow }), input: big })
    expect(Buffer.compare(output!, big)).toBe(0)
    expect(metered?.peakPages).toBe(41)
  })

  it('whose input is larger than its memory may become is told so by its own alloc', async () => {
    const grow = `(if (i32.eq (memory.grow (i32.const 4000)) (i32.const -1)) (then (return (i32.const 0)))) (i32.const 65536)`
    const message = 'alloc had no place for an input of 8 bytes'
    expect(await run({ module: meshworkModule(ECHO, { alloc: grow }), input })).toMatchObject({
      fault: { message },
    })
  })

  it('sets itself up in a start function or `_initialize`, where it may log already', async () => {
    const fields = `(data (i32.const 8) "hello")
      (func $hello (call $log (i32.const 8) (i32.const 5)))
      (func (export "_initialize") (call $hello))
      (start $hello)`
    expect(await run({ module: meshworkModule(ECHO, { fields }), input })).toMatchObject({
      log: 'hello\nhello\n',
    })
  })

  it('tells progress, brought within 0 and 1, and never what is no number', async () => {
    const told: number[] = []
    const tell = (value: string) => `(call $progress (f32.const ${value}))`
    const body = ['0.5', '-3', 'inf', 'nan', '-inf', '1'].map(tell).join(' ')
    await run({
      module: meshworkModule(`${body} ${ECHO}`),
      input,
      progress: (fraction) => told.push(fraction),
    })
    expect(told).toEqual([0.5, 0, 1, 0, 1])
  })

  it('knows its unit', async () => {
    const body = `(i32.store (i32.const 0) (call $unit)) ${place('(i32.const 0)', '(i32.const 4)')}`
    const output = async (unitIndex?: number) =>
      (await run({ module: meshworkModule(body), ...(unitIndex === undefined ? {} : { unitIndex }) })).output
    expect([await output(), await output(258)]).toEqual([
      Uint8Array.of(0, 0, 0, 0),
      Uint8Array.of(2, 1, 0, 0),
    ])
  })

  it('of AssemblyScript says why it aborts', async () => {
    const abort = '(import "env" "abort" (func $abort (param i32 i32 i32 i32)))'
    const module = meshworkModule(
      `(call $abort (i32.const 100) (i32.const 200) (i32.const 3) (i32.const 7)) ${ECHO}`,
      {
        imports: abort,
        fields: `${assemblyScriptString(100, 'größer\nals')} ${assemblyScriptString(200, 'a.ts')}`,
      },
    )
    const message = 'abort: größer als in a.ts:3:7'
    const end = { fault: { kind: 'trapped', message }, log: `${message}\n` }
    expect(await run({ module, input })).toMatchObject(end)
  })

  it('of AssemblyScript gets the seed of its random numbers from the unit', async () => {
    const body = `(f64.store (i32.const 0) (call $seed)) ${place('(i32.const 0)', '(i32.const 8)')}`
    const module = meshworkModule(body, { imports: '(import "env" "seed" (func $seed (result f64)))' })
    const seed = async (unitIndex: number) => {
      const { output } = await run({ module, unitIndex })
      return new DataView(output!.buffer).getFloat64(0, true)
    }
    expect(await seed(1)).toBe(await seed(1))
    expect(await seed(1)).not.toBe(await seed(2))
  })
})

/** A string as AssemblyScript lays it out in memory, its length before it. */
function assemblyScriptString(at: number, value: string): string {
  const bytes = Buffer.alloc(4 + value.length * 2)
  bytes.writeUInt32LE(value.length * 2)
  bytes.write(value, 4, 'utf16le')
  return `(data (i32.const ${at - 4}) "${bytes.toString('hex').replace(/../g, '\\$&')}")`
}

describe('zero copy', () => {
  const large = new Uint8Array(4 << 20).map((_, i) => i * 7)
  const grow = `(drop (memory.grow (i32.const 80))) (i32.const 65536)`

  it('[X11] brings a large input into the memory and a large output to its file without copying a byte', async () => {
    library.reads.length = 0
    const { output, metered } = await run({ module: meshworkModule(ECHO, { alloc: grow }), input: large })
    expect(Buffer.compare(output!, large)).toBe(0)
    expect(metered?.copiedBytes).toBe(0)
    expect(library.reads).toEqual(['module read', 'input readInto'])
  })

  it('copies only the output that is small enough to travel as bytes, once', async () => {
    const part = (bytes: number) => place('(i32.const 0)', `(i32.const ${bytes})`)
    const body = (bytes: number) => meshworkModule(part(bytes), { alloc: grow })
    const small = await run({ module: body(HELD_BYTES_MAX), input: large })
    const larger = await run({ module: body(HELD_BYTES_MAX + 1), input: large })
    expect([small, larger].map(({ metered }) => metered?.copiedBytes)).toEqual([HELD_BYTES_MAX, 0])
  })
})
