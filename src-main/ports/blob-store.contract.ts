import { hash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { encodeCanonical } from '../protocol/canonical.ts'
import { cidOfDigest, DAG_CBOR, RAW } from '../protocol/cid.ts'
import {
  faultKind,
  listOf,
  noise,
  QUOTA_BYTES,
  same,
  useStore,
  type BlobPlace,
} from './blob-place.fixture.ts'
import { blobGuestsContract } from './blob-store-guests.contract.ts'
import { blobReceivingContract } from './blob-store-receiving.contract.ts'
import { CHUNK_BYTES_MAX, RAW_BYTES_MAX, type BlobStore } from './blob-store.ts'

/** The promises of every blob store. Call it in a test file of the implementation. */
export function blobStoreContract(name: string, createPlace: () => BlobPlace): void {
  describe(`blob store contract: ${name}`, () => {
    const under = useStore(createPlace)
    blobReceivingContract(under, createPlace)
    blobGuestsContract(under, createPlace)

    test.each([0, 1, 5_000, 65_536, 65_537, RAW_BYTES_MAX])(
      '[E9] %i bytes are one raw piece',
      async (length) => {
        const bytes = noise(length, 1)
        const cid = await under.blobs.put(bytes)
        expect(cid).toBe(cidOfDigest(RAW, hash('sha256', bytes, 'buffer')))
        expect(under.blobs.layout(cid)).toEqual({ kind: 'raw', bytes: length })
        expect(same(await under.blobs.read(cid), bytes)).toBe(true)
        expect(under.blobs.info(cid)).toEqual({ cid, bytes: length, pinned: false })
        expect(same(readFileSync(under.blobs.path(cid)!), bytes)).toBe(true)
      },
    )

    test('[W25] bytes stored without a flush count at once, and are there after a restart like others', async () => {
      const small = noise(2_000, 21)
      const large = noise(3_000_000, 22)
      const cids = [await under.blobs.putUnflushed(small), await under.blobs.putUnflushed(large)]
      expect(await Promise.all([under.blobs.put(small), under.blobs.put(large)])).toEqual(cids)
      await under.reopen()
      for (const [i, bytes] of [small, large].entries()) {
        expect(same(await under.blobs.read(cids[i]!), bytes)).toBe(true)
      }
      expect(under.blobs.usage().bytes).toBe(3_002_000)
    })

    test('[E9] [X13] small blobs are to be had as bytes, larger ones as files only', async () => {
      const cid = await under.blobs.put(noise(2_000, 23))
      expect(same(under.blobs.content(cid)!, noise(2_000, 23))).toBe(true)
      expect(under.blobs.content(await under.blobs.put(noise(RAW_BYTES_MAX, 24)))).toBeUndefined()
      expect(
        under.blobs.content(cidOfDigest(RAW, hash('sha256', Buffer.from('unknown'), 'buffer'))),
      ).toBeUndefined()
    })

    test('[E9] more than 1 MiB is a dag-cbor list of chunks that make up the content', async () => {
      const bytes = noise(9_000_000, 2)
      const cid = await under.blobs.put(bytes)
      const layout = listOf(under.blobs, cid)
      expect(cid).toBe(cidOfDigest(DAG_CBOR, hash('sha256', layout.node, 'buffer')))
      expect(Math.max(...layout.chunks.map((chunk) => chunk.bytes))).toBeLessThanOrEqual(CHUNK_BYTES_MAX)
      const chunks = await Promise.all(layout.chunks.map((_, i) => under.blobs.readChunk(cid, i)))
      expect(same(Buffer.concat(chunks), bytes)).toBe(true)
      expect(layout.chunks.map((chunk) => chunk.cid)).toEqual(
        chunks.map((chunk) => cidOfDigest(RAW, hash('sha256', chunk, 'buffer'))),
      )
      expect(same(await under.blobs.read(cid), bytes)).toBe(true)
      expect(same(readFileSync(under.blobs.path(cid)!), bytes)).toBe(true)
    })

    test.each([100, 20_000, RAW_BYTES_MAX, RAW_BYTES_MAX + 1, 17_000_000])(
      'put, putStream and adopt name %i bytes alike',
      async (length) => {
        const bytes = noise(length, 3)
        const cid = await under.blobs.put(bytes)
        const others: BlobStore[] = []
        for (const store of [
          async (other: BlobStore) => other.putStream(pieces(bytes, 70_001), {}),
          async (other: BlobStore) => other.adopt(under.place.writeFile(bytes)),
        ]) {
          const otherPlace = createPlace()
          const other = await otherPlace.open(QUOTA_BYTES)
          others.push(other)
          expect(await store(other)).toBe(cid)
          expect(other.layout(cid)).toEqual(under.blobs.layout(cid))
          expect(same(await other.read(cid), bytes)).toBe(true)
          await other.close()
          otherPlace.dispose()
        }
      },
    )

    test('an adopted file is moved away, also when the store has it already', async () => {
      const bytes = noise(100_000, 4)
      const first = under.place.writeFile(bytes)
      const cid = await under.blobs.adopt(first)
      const second = under.place.writeFile(bytes)
      expect(await under.blobs.adopt(second)).toBe(cid)
      expect([existsSync(first), existsSync(second)]).toEqual([false, false])
      expect(under.blobs.usage().bytes).toBe(100_000)
    })

    test('adopting what is not there is a fault', async () => {
      expect(await faultKind(under.blobs.adopt(`${under.place.writeFile(noise(1, 1))}-not`))).toBe(
        'storage-failed',
      )
    })

    test('a structure is stored under its dag-cbor CID', async () => {
      const bytes = encodeCanonical({ hello: ['mesh'] })
      const cid = await under.blobs.putStructure(bytes)
      expect(cid).toBe(cidOfDigest(DAG_CBOR, hash('sha256', bytes, 'buffer')))
      expect(under.blobs.layout(cid)).toEqual({ kind: 'raw', bytes: bytes.byteLength })
      expect(same(await under.blobs.read(cid), bytes)).toBe(true)
    })

    test('a list of chunks does not pass for a structure: its CID would have two contents', async () => {
      const cid = await under.blobs.put(noise(3_000_000, 5))
      const { node } = listOf(under.blobs, cid)
      expect(await faultKind(under.blobs.putStructure(node))).toBe('malformed')
      const other = createPlace()
      const receiving = await other.open(QUOTA_BYTES)
      const receiver = receiving.receive(cid)
      await receiver.accept({ kind: 'raw', bytes: node.byteLength })
      expect(await faultKind(receiver.chunk(0, node))).toBe('blob-corrupt')
      await receiver.suspend()
      await receiving.close()
      other.dispose()
    })

    test('equal content is stored once, also when it comes twice at the same time', async () => {
      const bytes = noise(3_000_000, 6)
      const cids = await Promise.all([
        under.blobs.put(bytes),
        under.blobs.put(bytes),
        under.blobs.putStream(pieces(bytes, 1 << 16), {}),
      ])
      expect(new Set(cids).size).toBe(1)
      expect(under.blobs.usage().bytes).toBe(bytes.byteLength)
      expect(same(await under.blobs.read(cids[0]), bytes)).toBe(true)
    })

    test('many small blobs stored at once are all there, also after a restart', async () => {
      const contents = Array.from({ length: 300 }, (_, i) => noise(40 + i, 100 + i))
      const cids = await Promise.all(contents.map((content) => under.blobs.put(content)))
      await under.reopen()
      for (const [i, cid] of cids.entries())
        expect(same(await under.blobs.read(cid), contents[i]!)).toBe(true)
    })

    test('what is not there is missing', async () => {
      const cid = cidOfDigest(RAW, new Uint8Array(32))
      expect([
        under.blobs.has(cid),
        under.blobs.info(cid),
        under.blobs.path(cid),
        under.blobs.layout(cid),
      ]).toEqual([false, undefined, undefined, undefined])
      expect(await faultKind(under.blobs.read(cid))).toBe('blob-missing')
      expect(await faultKind(under.blobs.readChunk(cid, 0))).toBe('blob-missing')
      const present = await under.blobs.put(noise(10, 1))
      expect(await faultKind(under.blobs.readChunk(present, 1))).toBe('blob-missing')
    })

    test.each([
      ['in the database', 500, 7],
      ['in one piece', 200_000, 199_999],
      ['in chunks', 5_000_000, 3_141_592],
    ])(
      'a blob %s that was damaged is dropped when it is read, and can be stored again',
      async (_, length, offset) => {
        const bytes = noise(length, 8)
        const cid = await under.blobs.put(bytes)
        under.place.damage(cid, offset)
        expect(await faultKind(under.blobs.read(cid))).toBe('blob-corrupt')
        expect(under.blobs.has(cid)).toBe(false)
        expect(await faultKind(under.blobs.read(cid))).toBe('blob-missing')
        expect(under.blobs.usage().bytes).toBe(0)
        expect(await under.blobs.put(bytes)).toBe(cid)
        expect(same(await under.blobs.read(cid), bytes)).toBe(true)
      },
    )

    test('a damaged chunk is not served', async () => {
      const cid = await under.blobs.put(noise(5_000_000, 9))
      const chunks = listOf(under.blobs, cid).chunks.length
      under.place.damage(cid, 0)
      expect((await under.blobs.readChunk(cid, chunks - 1)).byteLength).toBeGreaterThan(0)
      expect(await faultKind(under.blobs.readChunk(cid, 0))).toBe('blob-corrupt')
      expect(under.blobs.has(cid)).toBe(false)
    })

    describe('quota', () => {
      const quotaBytes = 10_000_000
      beforeEach(() => under.reopen(quotaBytes))

      test('the least recently used is dropped first', async () => {
        const [a, b, c] = [
          await under.blobs.put(noise(3_000_000, 1)),
          await under.blobs.put(noise(3_000_000, 2)),
          await under.blobs.put(noise(3_000_000, 3)),
        ]
        await under.blobs.read(a)
        await under.blobs.put(noise(3_000_000, 4))
        expect([a, b, c].map((cid) => under.blobs.has(cid))).toEqual([true, false, true])
        expect(under.blobs.usage().bytes).toBeLessThanOrEqual(quotaBytes)
      })

      test('the order of uses survives a restart', async () => {
        const [a, b] = [
          await under.blobs.put(noise(4_000_000, 1)),
          await under.blobs.put(noise(4_000_000, 2)),
        ]
        under.blobs.path(a)
        await under.reopen(quotaBytes)
        await under.blobs.put(noise(4_000_000, 3))
        expect([a, b].map((cid) => under.blobs.has(cid))).toEqual([true, false])
      })

      test('a pinned blob is never dropped, until its last owner lets go', async () => {
        const pinned = await under.blobs.put(noise(6_000_000, 1))
        under.blobs.pin(pinned, 'job 1')
        under.blobs.pin(pinned, 'job 2')
        under.blobs.pin(pinned, 'job 2')
        expect(await faultKind(under.blobs.put(noise(6_000_000, 2)))).toBe('quota-exceeded')
        under.blobs.unpin('job 1')
        await under.reopen(quotaBytes)
        expect(await faultKind(under.blobs.put(noise(6_000_000, 2)))).toBe('quota-exceeded')
        expect(under.blobs.info(pinned)?.pinned).toBe(true)
        expect(under.blobs.owners(pinned)).toEqual(['job 2'])
        under.blobs.unpin('job 2')
        await under.blobs.put(noise(6_000_000, 2))
        expect(under.blobs.has(pinned)).toBe(false)
      })

      test('an owner may pin many blobs at once, and let go of some', async () => {
        const cids = await Promise.all([1, 2, 3].map((seed) => under.blobs.put(noise(20_000, seed))))
        under.blobs.pin(cids, 'job 1')
        under.blobs.pin(cids[0]!, 'job 2')
        under.blobs.unpin('job 1', cids.slice(0, 2))
        await under.reopen(quotaBytes)
        expect(cids.map((cid) => under.blobs.info(cid)?.pinned)).toEqual([true, false, true])
        under.blobs.unpin('job 1')
        expect(cids.map((cid) => under.blobs.info(cid)?.pinned)).toEqual([true, false, false])
      })

      test('a blob may be pinned before it comes', async () => {
        const bytes = noise(6_000_000, 1)
        const cid = await under.blobs.put(bytes)
        await under.blobs.put(noise(6_000_000, 2))
        expect(under.blobs.has(cid)).toBe(false)
        expect(under.blobs.owners(cid)).toEqual([])
        under.blobs.pin(cid, 'job')
        await under.blobs.put(bytes)
        expect(under.blobs.info(cid)?.pinned).toBe(true)
        expect(await faultKind(under.blobs.put(noise(6_000_000, 3)))).toBe('quota-exceeded')
      })

      test('what can never fit is refused, and nothing is dropped for it', async () => {
        const kept = await under.blobs.put(noise(1_000, 1))
        expect(await faultKind(under.blobs.put(noise(quotaBytes + 1, 2)))).toBe('quota-exceeded')
        expect(await faultKind(under.blobs.adopt(under.place.writeFile(noise(quotaBytes + 1, 2))))).toBe(
          'quota-exceeded',
        )
        expect(under.blobs.has(kept)).toBe(true)
        expect(under.blobs.usage()).toEqual({ bytes: 1_000, quotaBytes })
      })

      test('a stream over the quota is refused and leaves nothing', async () => {
        expect(await faultKind(under.blobs.putStream(pieces(noise(quotaBytes + 1, 2), 1 << 16), {}))).toBe(
          'quota-exceeded',
        )
        expect(under.blobs.usage().bytes).toBe(0)
      })
    })

    test('a stream that breaks or is cancelled leaves nothing', async () => {
      await expect(under.blobs.putStream(breaking(noise(3_000_000, 1)), {})).rejects.toThrow(
        'the source broke',
      )
      const controller = new AbortController()
      const storing = under.blobs.putStream(
        pieces(noise(3_000_000, 1), 1_000, () => controller.abort()),
        {
          signal: controller.signal,
        },
      )
      expect(await faultKind(storing)).toBe('cancelled')
      expect(under.blobs.usage().bytes).toBe(0)
    })
  })
}

async function* pieces(bytes: Uint8Array, size: number, between?: () => void): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.byteLength; from += size) {
    yield bytes.subarray(from, from + size)
    await Promise.resolve()
    between?.()
  }
}

async function* breaking(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* pieces(bytes, 100_000)
  throw new Error('the source broke')
}
