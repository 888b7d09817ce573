import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { encode } from 'fast-png'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Params } from '../../../protocol/work.ts'
import { wat } from '../../metering/wat.fixture.ts'
import { encodePng } from '../render/picture/png.ts'
import { createRandomPng } from '../render/textures/random-png.fixture.ts'
import { compared, cidOf } from './compare-call.fixture.ts'
import { renderTiles, TILE } from './rendered-tiles.fixture.ts'

const image = { name: 'image', rmse_max: 0.06, ssim_min: 0.7 }
const EMPTY = new Uint8Array(0)

function bytesOf(numbers: Float32Array | Float64Array | BigInt64Array | Uint8Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

function tolerance(changes: Params = {}): { params: Params } {
  const comparator = { name: 'numeric-tolerance', element: 'f64', absolute: 0, relative: 0, outliers: 0 }
  return { params: { comparator: { ...comparator, ...changes } } }
}

async function areAlike(one: Uint8Array, other: Uint8Array, params: { params: Params }): Promise<unknown> {
  const { alike, fault } = await compared([one, other], params)
  return alike?.[0]?.[1] ?? fault
}

describe('[V12] numbers within a tolerance', () => {
  const values = Float64Array.from({ length: 1_000 }, (_, i) => Math.sin(i) * 100)
  const lastBits = values.map((value, i) => (i % 3 === 0 ? value * (1 + Number.EPSILON) : value))

  test('are alike where only last bits differ', async () => {
    expect(await areAlike(bytesOf(values), bytesOf(lastBits), tolerance())).toBe(false)
    expect(await areAlike(bytesOf(values), bytesOf(lastBits), tolerance({ relative: 1e-12 }))).toBe(true)
    expect(await areAlike(bytesOf(values), bytesOf(lastBits), tolerance({ absolute: 1e-10 }))).toBe(true)
    const singles = [new Float32Array(values), Float32Array.from(values, (v) => v * (1 + 2e-7))].map(bytesOf)
    const [one, other] = [singles[0] ?? EMPTY, singles[1] ?? EMPTY]
    expect(await areAlike(one, other, tolerance({ element: 'f32', relative: 1e-6 }))).toBe(true)
    expect(await areAlike(one, other, tolerance({ element: 'u8', relative: 1e-6 }))).toBe(false)
  })

  test('may have a fraction of outliers, and no more', async () => {
    const far = values.map((value, i) => (i < 10 ? value + 50 : value))
    expect(await areAlike(bytesOf(values), bytesOf(far), tolerance({ outliers: 0.01 }))).toBe(true)
    expect(await areAlike(bytesOf(values), bytesOf(far), tolerance({ outliers: 0.009 }))).toBe(false)
  })

  test('are compared over the whole of a long output', async () => {
    const long = new Float64Array(300_001).fill(1)
    const changed = long.map((value, i) => (i === 300_000 ? 2 : value))
    expect(await areAlike(bytesOf(long), bytesOf(changed), tolerance({ relative: 0.1 }))).toBe(false)
    expect(await areAlike(bytesOf(long), bytesOf(changed), tolerance({ relative: 0.5 }))).toBe(true)
  })

  test('NaN is like NaN, an infinity like itself alone', async () => {
    const close = tolerance({ absolute: 1e15, relative: 1 })
    const pair = (a: number, b: number) =>
      areAlike(bytesOf(Float64Array.of(a, 0)), bytesOf(Float64Array.of(b, 1)), close)
    expect(await pair(NaN, NaN)).toBe(true)
    expect(await pair(NaN, 1)).toBe(false)
    expect(await pair(Infinity, Infinity)).toBe(true)
    expect(await pair(Infinity, 1)).toBe(false)
    expect(await pair(Infinity, -Infinity)).toBe(false)
    expect(await pair(-0, 0)).toBe(true)
  })

  test('whole numbers of 64 bits keep their last bit', async () => {
    const [one, next] = [2n ** 53n, 2n ** 53n + 1n].map((value) => bytesOf(BigInt64Array.of(value)))
    const whole = (absolute: number) => tolerance({ element: 'i64', absolute })
    expect(await areAlike(one ?? EMPTY, next ?? EMPTY, whole(0))).toBe(false)
    expect(await areAlike(one ?? EMPTY, next ?? EMPTY, whole(1))).toBe(true)
  })

  test('[V15] of another length, or cut off, are unlike, which is no failure', async () => {
    const whole = bytesOf(values)
    const outputs = [whole, whole.subarray(0, 800), whole.subarray(0, 801), EMPTY, bytesOf(lastBits)]
    const { alike, notes } = await compared(outputs, tolerance({ relative: 1e-9 }))
    expect(alike).toEqual([
      [true, false, false, false, true],
      [false, true, false, false, false],
      [false, false, true, false, false],
      [false, false, false, true, false],
      [true, false, false, false, true],
    ])
    expect(notes).toEqual(['candidate 2 cannot be compared: 801 bytes are no whole number of f64'])
  })
})

describe('[V13] pictures', () => {
  let tiles: Awaited<ReturnType<typeof renderTiles>>
  beforeAll(async () => {
    tiles = await renderTiles()
  })
  const film = { params: { comparator: image, film: { width: TILE, height: TILE } } }

  test('of one scene with other samples are alike, and unlike those of another scene', async () => {
    const [black, bright] = [new Uint8Array(TILE * TILE * 24), tiles.room[0].slice()]
    for (let i = 4; i < bright.length; i += 8) bright[i] = (bright[i] ?? 0) + 8
    const outputs = [...tiles.room, ...tiles.other, black, bright]
    const { alike } = await compared(outputs, film)
    expect(alike).toEqual([
      [true, true, false, false, false, false],
      [true, true, false, false, false, false],
      [false, false, true, true, false, false],
      [false, false, true, true, false, false],
      [false, false, false, false, true, false],
      [false, false, false, false, false, true],
    ])
  })

  test('[V15] that are no film of the size, or hold negative light, are alike to no other', async () => {
    const negative = tiles.room[0].slice()
    negative[7] = 0x80
    const cut = tiles.room[0].subarray(8)
    const { alike, notes } = await compared([negative, EMPTY, cut, tiles.room[1]], film)
    expect(alike).toEqual([0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => i === j)))
    expect(notes).toEqual([
      'candidate 0 cannot be compared: it holds a negative sum of light',
      'candidate 1 cannot be compared: 0 bytes are not the 98304 of a film',
      'candidate 2 cannot be compared: 98296 bytes are not the 98304 of a film',
    ])
  })

  const SIDE = 48
  const picture = (noise: number, colour: number, opacity?: number) => {
    const channels = opacity === undefined ? 3 : 4
    const data = new Uint8Array(SIDE * SIDE * channels)
    for (let i = 0; i < SIDE * SIDE; i++) {
      for (let c = 0; c < 3; c++) {
        data[i * channels + c] = colour + ((i * 7 + c * 31) % 90) + ((i * noise * 13 + c) % (noise + 1))
      }
      if (opacity !== undefined) data[i * channels + 3] = opacity
    }
    return encode({ width: SIDE, height: SIDE, data, channels, depth: 8 })
  }
  const png = { params: { comparator: image } }

  test('in PNG files are compared by what they show', async () => {
    const outputs = [
      picture(0, 40),
      picture(4, 40),
      picture(0, 140),
      picture(0, 40, 255),
      picture(0, 40, 128),
    ]
    const { alike, notes } = await compared(outputs, png)
    expect(notes).toEqual([])
    expect(alike).toEqual([
      [true, true, false, true, false],
      [true, true, false, true, false],
      [false, false, true, false, false],
      [true, true, false, true, false],
      [false, false, false, false, true],
    ])
  })

  test('[V15] that do not decode, or are of another size, are alike to no other', async () => {
    const good = Uint8Array.from(picture(0, 40))
    const damaged = good.slice()
    damaged[60] = (damaged[60] ?? 0) ^ 0xff
    const late = withChunkFirst(good)
    const small = encodePng(2, 2, new Uint8Array(12))
    const outputs = [
      good,
      picture(4, 40),
      EMPTY,
      good.subarray(0, 20),
      good.subarray(0, 70),
      damaged,
      late,
      small,
    ]
    const { alike, notes } = await compared(outputs, png)
    expect(alike?.map((row) => row.map(Number).join(''))).toEqual([
      '11000000',
      '11000000',
      '00100000',
      '00010000',
      '00001000',
      '00000100',
      '00000010',
      '00000001',
    ])
    const unread = (notes as string[]).map((note) => note.slice(0, note.indexOf(' cannot')))
    expect(unread).toEqual([2, 3, 4, 5, 6].map((i) => `candidate ${i}`))
  })

  test('[V15] that would take too much memory are not decoded, and spoil nothing', async () => {
    const bombs = [bomb(8_000, 8_000, 0), bomb(8_000, 8_000, 1), bomb(SIDE, SIDE, 0)]
    const { alike, notes } = await compared([...bombs, picture(0, 40), picture(4, 40)], png)
    expect(alike?.map((row) => row.map(Number).join(''))).toEqual([
      '10000',
      '01000',
      '00100',
      '00011',
      '00011',
    ])
    expect(notes).toEqual([
      expect.stringMatching(
        /^candidate 0 cannot be compared: decoding it takes 3\d{9} bytes, limit 1073741824$/,
      ),
      expect.stringMatching(/^candidate 1 cannot be compared: decoding it takes/),
      expect.stringMatching(/^candidate 2 cannot be compared: /),
    ])
  })
})

/** The file with a chunk of no meaning before its header. */
function withChunkFirst(png: Uint8Array): Uint8Array {
  const chunk = Uint8Array.of(0, 0, 0, 0, 0x74, 0x45, 0x58, 0x74, 0, 0, 0, 0)
  return Uint8Array.from([...png.subarray(0, 8), ...chunk, ...png.subarray(8)])
}

/** A PNG file whose data inflates to 64 MB of one byte, whatever its header says. */
function bomb(width: number, height: number, fill: number): Uint8Array {
  const data = deflateSync(new Uint8Array(64 << 20).fill(fill))
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const chunk = (name: string, content: Uint8Array) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(content.byteLength)
    return Buffer.concat([length, Buffer.from(name), content, Buffer.alloc(4)])
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', EMPTY)])
}

/** A meshwork-1 module with a page of memory for two small outputs; `$a` and `$b` are where they begin, `$n` their length. */
function comparing(body: string): Uint8Array {
  return wat(`(module
    (memory (export "memory") 1)
    (func (export "alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "run") (param $ptr i32) (param $len i32) (result i64)
      (local $n i32) (local $i i32) (local $a i32) (local $b i32)
      (local.set $n (i32.load (local.get $ptr)))
      (local.set $a (i32.add (local.get $ptr) (i32.const 8)))
      (local.set $b (i32.add (local.get $a) (local.get $n)))
      ${body}))`)
}

const UNLIKE = '(return (i64.const 1))'
const IGNORING_HEAD = comparing(`
  (if (i32.ne (local.get $len) (i32.add (i32.const 8) (i32.shl (local.get $n) (i32.const 1)))) (then ${UNLIKE}))
  (local.set $i (i32.const 8))
  (block $done (loop $next
    (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
    (if (i32.ne (i32.load8_u (i32.add (local.get $a) (local.get $i)))
                (i32.load8_u (i32.add (local.get $b) (local.get $i)))) (then ${UNLIKE}))
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br $next)))
  (i64.const 0)`)

describe('[V14] a supplied module', () => {
  const text = (content: string) => new TextEncoder().encode(content)
  const by = (module: Uint8Array, limits: Params = {}) => ({
    module,
    params: { comparator: { name: 'module', cid: cidOf(module) }, limits },
  })

  test('compares as it likes: here it ignores the first 8 bytes', async () => {
    const outputs = ['12:00:00 result', '12:00:07 result', '12:00:07 other!', '12:00:00'].map(text)
    const { alike, notes, metered } = await compared(outputs, by(IGNORING_HEAD))
    expect(alike).toEqual([
      [true, true, false, false],
      [true, true, false, false],
      [false, false, true, false],
      [false, false, false, true],
    ])
    expect(notes).toEqual([])
    expect(metered).toMatchObject({ peakPages: 1 })
    expect(metered?.fuel).toBeGreaterThan(100)
  })

  test('may be a WASI command: alike when it writes nothing and ends with code 0', async () => {
    const command = (body: string) =>
      wat(`(module
        (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (func (export "_start")
          (i32.store (i32.const 0) (i32.const 64))
          (i32.store (i32.const 4) (i32.const 100))
          (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
          ${body}))`)
    // The first output has one byte, behind the length of 8 bytes.
    const last = '(i32.load8_u (i32.const 72))'
    const other = '(i32.load8_u (i32.const 73))'
    const sameParity = command(`(call $exit (i32.and (i32.const 1) (i32.xor ${last} ${other})))`)
    const { alike, fault } = await compared(['a', 'b', 'c'].map(text), by(sameParity))
    expect(fault).toBeUndefined()
    expect(alike).toEqual([
      [true, false, true],
      [false, true, false],
      [true, false, true],
    ])
  })

  test('that never ends is stopped by its fuel, with a typed fault', async () => {
    const endless = comparing('(loop $l (br $l)) (i64.const 0)')
    const { fault, notes } = await compared([text('a'), text('b')], by(endless, { fuel: 100_000 }))
    expect(fault).toEqual({ kind: 'fuel-exhausted', message: 'used all 100000 units of fuel' })
    expect(notes).toHaveLength(1)
  })

  test('that one output breaks still judges the others', async () => {
    const touchy = comparing(`
      (if (i32.eq (i32.load8_u (local.get $a)) (i32.const 33)) (then unreachable))
      (if (i32.eq (i32.load8_u (local.get $b)) (i32.const 33)) (then unreachable))
      (i64.const 0)`)
    const { alike, notes } = await compared(['a', '!', 'b'].map(text), by(touchy))
    expect(alike).toEqual([
      [true, false, true],
      [false, true, false],
      [true, false, true],
    ])
    expect(notes).toHaveLength(2)
  })

  test('is metered and limited as any unit', async () => {
    const outputs = [text('a'), text('b')]
    const refused = await compared(outputs, by(text('not a module')))
    expect(refused.fault?.kind).toBe('module-refused')
    const large = await compared(outputs, by(IGNORING_HEAD, { memory_pages: 65_536 }))
    expect(large.fault?.kind).toBe('quota-exceeded')
    const short = await compared(outputs, by(IGNORING_HEAD, { input_bytes: 9 }))
    expect(short.fault?.kind).toBe('oversized')
    const other = { ...by(IGNORING_HEAD), module: text('another module') }
    expect((await compared(outputs, other)).fault?.kind).toBe('bad-input')
  })
})

describe('[V15] the relation', () => {
  const numbers = fc
    .uniqueArray(fc.uint8Array({ maxLength: 6 }), {
      minLength: 2,
      maxLength: 16,
      selector: (bytes) => Buffer.from(bytes).toString('hex'),
    })
    .chain((outputs) =>
      fc.tuple(fc.constant(outputs), fc.shuffledSubarray([...outputs.keys()], { minLength: outputs.length })),
    )

  test('is reflexive and symmetric, and does not depend on the order', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, fc.integer({ min: 0, max: 255 }), async ([outputs, order], absolute) => {
        const near = tolerance({ element: 'u8', absolute, outliers: 0.4 })
        const { alike = [] } = await compared(outputs, near)
        for (const [i, row] of alike.entries()) {
          expect(row[i]).toBe(true)
          expect(row).toEqual(alike.map((other) => other[i]))
        }
        const turned = await compared(
          order.map((i) => outputs[i] ?? EMPTY),
          near,
        )
        expect(turned.alike).toEqual(order.map((i) => order.map((j) => alike[i]?.[j])))
      }),
      { numRuns: 200 },
    )
  })

  test('is so for pictures of strangers', async () => {
    const files = [1, 2, 3, 4].map((seed) => createRandomPng(seed, 20, 16))
    const damaged = fc.tuple(fc.nat(3), fc.nat(), fc.nat(255)).map(([which, at, byte]) => {
      const file = Uint8Array.from(files[which] ?? EMPTY)
      file[at % file.length] = byte
      return file
    })
    const loose = { params: { comparator: { name: 'image', rmse_max: 0.41, ssim_min: 0 } } }
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(damaged, { minLength: 2, maxLength: 5, selector: (bytes) => cidOf(bytes) }),
        async (outputs) => {
          const { alike = [], fault } = await compared(outputs, loose)
          expect(fault).toBeUndefined()
          for (const [i, row] of alike.entries()) expect(row).toEqual(alike.map((other) => other[i]))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('of outputs compared by hash is that of their bytes', async () => {
    const { alike } = await compared([EMPTY, Uint8Array.of(1)], {
      params: { comparator: { name: 'exact-hash' } },
    })
    expect(alike).toEqual([
      [true, false],
      [false, true],
    ])
  })

  test('needs 2 to 16 candidates, each once', async () => {
    const outputs = Array.from({ length: 17 }, (_, i) => Uint8Array.of(i))
    const fault = async (some: readonly Uint8Array[]) =>
      (await compared(some, tolerance({ element: 'u8' }))).fault
    expect(await fault(outputs)).toMatchObject({ kind: 'bad-input' })
    expect(await fault(outputs.slice(0, 1))).toMatchObject({ kind: 'bad-input' })
    expect(await fault([EMPTY, EMPTY])).toMatchObject({ kind: 'bad-input' })
    expect(await fault(outputs.slice(0, 16))).toBeUndefined()
    expect(
      (await compared(outputs.slice(0, 2), { params: { comparator: { name: 'audio' } } })).fault,
    ).toMatchObject({
      kind: 'bad-input',
    })
  })
})
