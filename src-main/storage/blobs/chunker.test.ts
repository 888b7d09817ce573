import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { edited, noise } from '../../ports/blob-place.fixture.ts'
import { CHUNK_BYTES_MAX } from '../../ports/blob-store.ts'
import { cutBytes, cutStream } from './blob-cut.ts'
import { CHUNK_BYTES_MIN, nextCut } from './chunker.ts'

function cuts(bytes: Uint8Array): number[] {
  const ends: number[] = []
  for (let from = 0; from < bytes.byteLength; from = ends[ends.length - 1]!)
    ends.push(nextCut(bytes, from, bytes.byteLength))
  return ends
}

function digests(bytes: Uint8Array): string[] {
  let from = 0
  return cuts(bytes).map((to) => {
    const digest = hash('sha256', bytes.subarray(from, to))
    from = to
    return digest
  })
}

describe('content-defined chunking', () => {
  test('chunks keep their bounds, and are about 1 MiB on average', () => {
    const lengths = cuts(noise(200_000_000, 1)).map((end, i, ends) => end - (ends[i - 1] ?? 0))
    expect(Math.max(...lengths)).toBeLessThanOrEqual(CHUNK_BYTES_MAX)
    expect(Math.min(...lengths.slice(0, -1))).toBeGreaterThanOrEqual(CHUNK_BYTES_MIN)
    const mean = 200_000_000 / lengths.length
    expect(mean).toBeGreaterThan(0.8 * 2 ** 20)
    expect(mean).toBeLessThan(1.2 * 2 ** 20)
  })

  test.each([0, 1, 10_000_000, 19_999_999])(
    'a byte inserted at %i of 20 MB leaves nearly all chunks',
    (at) => {
      const before = noise(20_000_000, 2)
      const old = new Set(digests(before))
      const added = digests(edited(before, at)).filter((digest) => !old.has(digest))
      expect(old.size).toBeGreaterThan(14)
      expect(added.length).toBeLessThanOrEqual(2)
    },
  )

  test('where a chunk is cut does not depend on what lies behind the largest chunk', () => {
    const bytes = noise(4 * CHUNK_BYTES_MAX, 3)
    expect(nextCut(bytes, 0, CHUNK_BYTES_MAX)).toBe(nextCut(bytes, 0, bytes.byteLength))
  })

  test('bytes without any variety are cut at the largest size', () => {
    expect(cuts(new Uint8Array(5_000_000))).toEqual([CHUNK_BYTES_MAX, 2 * CHUNK_BYTES_MAX, 5_000_000])
  })

  test('[E9] these exact cuts are the blob format: another result would rename every file', () => {
    expect(cuts(noise(6_000_000, 4))).toMatchInlineSnapshot(`
      [
        1079277,
        2307317,
        3124692,
        3404622,
        4222130,
        5404769,
        6000000,
      ]
    `)
  })

  test.each([1, 65_536, 3_000_000])(
    'a stream in portions of %i KiB at most is cut like the whole',
    async (portion) => {
      const bytes = noise(30_000_000, 5)
      let position = 0
      const kept: Uint8Array[] = []
      const cut = await cutStream(
        (into) => {
          const some = bytes.subarray(position, position + Math.min(into.byteLength, portion * 1024))
          into.set(some)
          position += some.byteLength
          return Promise.resolve(some.byteLength)
        },
        (piece) => {
          kept.push(piece.slice())
          return Promise.resolve()
        },
      )
      expect(cut).toEqual(await cutBytes(bytes, () => Promise.resolve()))
      expect(Buffer.compare(Buffer.concat(kept), bytes)).toBe(0)
    },
  )
})
