import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FaultError } from '../protocol/fault.ts'
import { JobKey, type Seal } from '../protocol/job-key.ts'
import {
  contentBytes,
  FRAME_BYTES,
  FRAME_CONTENT_BYTES,
  frameStart,
  SEAL_HEAD_BYTES,
  sealedBytes,
} from '../protocol/sealed-bytes.ts'
import { frameOpener, openBytes, openStream, sealBytes, sealStream } from './seal.ts'

const KEY = new Uint8Array(32).fill(7)
const seal: Seal = { key: KEY, purpose: 'input:scene' }

/** Bytes that look random, the same each time. */
function noise(length: number, seed = 1): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${seed}/${index}`).digest(),
  )
  return new Uint8Array(Buffer.concat(blocks).subarray(0, length))
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size)
    yield await Promise.resolve(bytes.subarray(at, at + size))
}

async function gathered(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of source) all.push(piece.slice())
  return new Uint8Array(Buffer.concat(all))
}

async function kindOf(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'opened'
  } catch (error) {
    return error instanceof FaultError ? error.fault.kind : String(error)
  }
}

const LENGTHS = [
  0,
  1,
  100,
  FRAME_CONTENT_BYTES - 1,
  FRAME_CONTENT_BYTES,
  FRAME_CONTENT_BYTES + 1,
  3 * FRAME_CONTENT_BYTES,
  200_001,
]

describe('sealed bytes', () => {
  it.each(LENGTHS)(
    '[K1] of %i bytes open to them, at once, as a stream and frame by frame',
    async (length) => {
      const content = noise(length)
      const sealed = sealBytes(seal, content)
      expect(sealed.byteLength).toBe(sealedBytes(length))
      expect(contentBytes(sealed.byteLength)).toBe(length)
      expect(Buffer.compare(openBytes(seal, sealed), content)).toBe(0)
      expect(Buffer.compare(await gathered(sealStream(seal, () => pieces(content, 1_000))), sealed)).toBe(0)
      const streamed = openStream(seal, pieces(sealed, 777), sealed.byteLength)
      expect(Buffer.compare(await gathered(streamed), content)).toBe(0)
      const opener = frameOpener(seal, sealed.subarray(0, SEAL_HEAD_BYTES), sealed.byteLength)
      for (let index = opener.frames - 1; index >= 0; index--) {
        const frame = opener.open(index, sealed.subarray(frameStart(index), frameStart(index + 1)))
        const at = index * FRAME_CONTENT_BYTES
        expect(Buffer.compare(frame, content.subarray(at, at + FRAME_CONTENT_BYTES))).toBe(0)
      }
    },
  )

  it('[K1] are the same for the same content and purpose, and have nothing in common for another', () => {
    const content = noise(100_000)
    const sealed = sealBytes(seal, content)
    expect(sealBytes(seal, content)).toEqual(sealed)
    const others = [
      sealBytes({ ...seal, purpose: 'input:other' }, content),
      sealBytes({ ...seal, purpose: 'output:0' }, content),
      sealBytes({ ...seal, key: new Uint8Array(32).fill(8) }, content),
      sealBytes(
        seal,
        Uint8Array.from(content, (byte, at) => (at === 99_999 ? byte ^ 1 : byte)),
      ),
    ]
    for (const other of others) {
      const same = other.slice(4).filter((byte, at) => byte === sealed[at + 4]).length
      expect(same).toBeLessThan(other.byteLength / 100)
    }
  })

  it('[K1] hold no part of their content nor of the key', () => {
    const marker = Buffer.from('a marker in plain sight')
    const sealed = Buffer.from(sealBytes(seal, Buffer.concat([marker, noise(1_000), marker])))
    expect(sealed.includes(marker)).toBe(false)
    expect(sealed.includes(Buffer.from(KEY))).toBe(false)
  })

  it('[K1] do not open with a bit flipped anywhere', async () => {
    const sealed = sealBytes(seal, noise(FRAME_CONTENT_BYTES + 50))
    const places = fc.integer({ min: 0, max: sealed.byteLength * 8 - 1 })
    await fc.assert(
      fc.asyncProperty(places, async (bit) => {
        const damaged = sealed.slice()
        damaged[bit >> 3]! ^= 1 << (bit & 7)
        expect(await kindOf(() => openBytes(seal, damaged))).toBe('not-opened')
      }),
      { seed: 11, numRuns: 200 },
    )
  })

  it('[K1] do not open cut off, longer, reordered, or with frames of another blob', async () => {
    const content = noise(3 * FRAME_CONTENT_BYTES)
    const sealed = sealBytes(seal, content)
    const frame = (bytes: Uint8Array, index: number) =>
      bytes.subarray(frameStart(index), frameStart(index + 1))
    const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
    const head = sealed.subarray(0, SEAL_HEAD_BYTES)
    const other = sealBytes(seal, noise(3 * FRAME_CONTENT_BYTES, 2))
    const cases = {
      empty: new Uint8Array(0),
      'head alone': head,
      'a frame less': sealed.subarray(0, sealed.byteLength - FRAME_BYTES),
      'a byte less': sealed.subarray(0, -1),
      'a byte more': joined(sealed, new Uint8Array(1)),
      'a frame more': joined(sealed, frame(sealed, 2)),
      reordered: joined(head, frame(sealed, 1), frame(sealed, 0), frame(sealed, 2)),
      doubled: joined(head, frame(sealed, 0), frame(sealed, 0), frame(sealed, 2)),
      'a frame of another blob': joined(head, frame(other, 0), frame(sealed, 1), frame(sealed, 2)),
      'the head of another blob': joined(
        other.subarray(0, SEAL_HEAD_BYTES),
        sealed.subarray(SEAL_HEAD_BYTES),
      ),
    }
    for (const [name, bytes] of Object.entries(cases)) {
      expect([name, await kindOf(() => openBytes(seal, bytes))]).toEqual([name, 'not-opened'])
      const streamed = () => gathered(openStream(seal, pieces(bytes, 50_000), bytes.byteLength))
      expect([name, await kindOf(streamed)]).toEqual([name, 'not-opened'])
    }
    const short = () =>
      gathered(openStream(seal, pieces(sealed.subarray(0, -FRAME_BYTES), 50_000), sealed.byteLength))
    expect(await kindOf(short)).toBe('not-opened')
  })

  it.each([
    ['key', { ...seal, key: new Uint8Array(32).fill(9) }],
    ['role', { ...seal, purpose: 'input:geometry' }],
    ['unit', { ...seal, purpose: 'output:1' }],
  ] as const)('[K1] do not open for another %s', async (_, other) => {
    const sealed = sealBytes(seal, noise(500))
    expect(await kindOf(() => openBytes(other, sealed))).toBe('not-opened')
  })

  it('[K1] of any content, cut anyhow, open to it; and lengths are told apart', async () => {
    const any = fc.tuple(
      fc.integer({ min: 0, max: 300_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer(),
    )
    await fc.assert(
      fc.asyncProperty(any, async ([length, size, seed]) => {
        const content = noise(length, seed)
        const sealed = await gathered(sealStream(seal, () => pieces(content, size)))
        expect(contentBytes(sealed.byteLength)).toBe(length)
        const opened = await gathered(openStream(seal, pieces(sealed, size), sealed.byteLength))
        expect(Buffer.compare(opened, content)).toBe(0)
      }),
      { seed: 3, numRuns: 60 },
    )
    const lengths = fc.integer({ min: 0, max: 2 ** 40 })
    fc.assert(fc.property(lengths, (length) => contentBytes(sealedBytes(length)) === length))
  })

  it('[K6] are not made nor opened once the key was overwritten, not even in the middle', async () => {
    const content = noise(200_000)
    const going: Seal = { key: KEY.slice(), purpose: 'output:0' }
    const sealed = sealBytes(going, content)
    async function* thenForgotten(): AsyncGenerator<Uint8Array> {
      yield* pieces(content, 50_000)
      going.key.fill(0)
    }
    // It would be sealed by a key that everybody knows.
    expect(await kindOf(() => gathered(sealStream(going, thenForgotten)))).toBe('cancelled')
    expect(await kindOf(() => sealBytes(going, content))).toBe('cancelled')
    const zeros = new Uint8Array(32)
    expect(JobKey.safeParse({ inputs: KEY, outputs: zeros }).success).toBe(false)
    expect(JobKey.safeParse({ inputs: KEY, outputs: KEY }).success).toBe(true)
    // Who made it is not to blame for that it does not open.
    expect(await kindOf(() => openBytes(going, sealed))).toBe('cancelled')
  })

  it('[K1] of a stream keep one frame in memory, however long it is', async () => {
    let [asked, given] = [0, 0]
    const piece = noise(1 << 20)
    async function* content(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < 8; index++) {
        asked += piece.byteLength
        yield await Promise.resolve(piece)
      }
    }
    let ahead = 0
    for await (const sealed of sealStream(seal, content)) {
      given += sealed.byteLength
      ahead = Math.max(ahead, asked - 8 * piece.byteLength - given)
    }
    expect(given).toBe(sealedBytes(8 * piece.byteLength))
    expect(ahead).toBeLessThan(2 * piece.byteLength)
  })
})
