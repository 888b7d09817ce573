import { hash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encodeCanonical } from '../protocol/canonical.ts'
import { cidOfDigest, DAG_CBOR, RAW } from '../protocol/cid.ts'
import type { Fault } from '../protocol/fault.ts'
import type { Cid } from '../protocol/ids.ts'
import {
  CHUNK_BYTES_MAX,
  GUEST_GRACE_MS,
  RAW_BYTES_MAX,
  type BlobLayout,
  type BlobReceiver,
  type BlobStore,
} from './blob-store.ts'

/** Where a blob store under test lives. */
export interface BlobPlace {
  /** Opens the store; the one opened before has been closed. */
  open(quotaBytes: number): Promise<BlobStore>
  /** Changes one byte of a stored blob's content, wherever it is kept. */
  damage(cid: Cid, offset: number): void
  /** Lets time pass for the store, back with fewer than none. */
  passTime(ms: number): void
  /** Whether these bytes are anywhere on the disk. */
  holds(bytes: Uint8Array): boolean
  /** Writes a file such as a runner leaves, to be adopted. */
  writeFile(bytes: Uint8Array): string
  dispose(): void
}

const QUOTA_BYTES = 64 << 20
/** Bytes that are nowhere but where they were put. */
const MARK = new TextEncoder().encode('a stranger’s scene, which no user wants to keep')

/** What every blob store promises. Call it in a test file of the implementation. */
export function blobStoreContract(name: string, createPlace: () => BlobPlace): void {
  describe(`blob store contract: ${name}`, () => {
    let place: BlobPlace
    let blobs: BlobStore
    beforeEach(async () => {
      place = createPlace()
      blobs = await place.open(QUOTA_BYTES)
    })
    afterEach(async () => {
      await blobs.close()
      place.dispose()
    })
    const reopen = async (quotaBytes = QUOTA_BYTES) => {
      await blobs.close()
      blobs = await place.open(quotaBytes)
    }

    test.each([0, 1, 5_000, 65_536, 65_537, RAW_BYTES_MAX])('%i bytes are one raw piece', async (length) => {
      const bytes = noise(length, 1)
      const cid = await blobs.put(bytes)
      expect(cid).toBe(cidOfDigest(RAW, hash('sha256', bytes, 'buffer')))
      expect(blobs.layout(cid)).toEqual({ kind: 'raw', bytes: length })
      expect(same(await blobs.read(cid), bytes)).toBe(true)
      expect(blobs.info(cid)).toEqual({ cid, bytes: length, pinned: false })
      expect(same(readFileSync(blobs.path(cid)!), bytes)).toBe(true)
    })

    test('[W25] bytes stored without a flush count at once, and are there after a restart like others', async () => {
      const small = noise(2_000, 21)
      const large = noise(3_000_000, 22)
      const cids = [await blobs.putUnflushed(small), await blobs.putUnflushed(large)]
      expect(await Promise.all([blobs.put(small), blobs.put(large)])).toEqual(cids)
      await reopen()
      for (const [i, bytes] of [small, large].entries()) {
        expect(same(await blobs.read(cids[i]!), bytes)).toBe(true)
      }
      expect(blobs.usage().bytes).toBe(3_002_000)
    })

    test('[X13] small blobs are to be had as bytes, larger ones as files only', async () => {
      const cid = await blobs.put(noise(2_000, 23))
      expect(same(blobs.content(cid)!, noise(2_000, 23))).toBe(true)
      expect(blobs.content(await blobs.put(noise(RAW_BYTES_MAX, 24)))).toBeUndefined()
      expect(
        blobs.content(cidOfDigest(RAW, hash('sha256', Buffer.from('unknown'), 'buffer'))),
      ).toBeUndefined()
    })

    test('more than 1 MiB is a dag-cbor list of chunks that make up the content', async () => {
      const bytes = noise(9_000_000, 2)
      const cid = await blobs.put(bytes)
      const layout = listOf(blobs, cid)
      expect(cid).toBe(cidOfDigest(DAG_CBOR, hash('sha256', layout.node, 'buffer')))
      expect(Math.max(...layout.chunks.map((chunk) => chunk.bytes))).toBeLessThanOrEqual(CHUNK_BYTES_MAX)
      const chunks = await Promise.all(layout.chunks.map((_, i) => blobs.readChunk(cid, i)))
      expect(same(Buffer.concat(chunks), bytes)).toBe(true)
      expect(layout.chunks.map((chunk) => chunk.cid)).toEqual(
        chunks.map((chunk) => cidOfDigest(RAW, hash('sha256', chunk, 'buffer'))),
      )
      expect(same(await blobs.read(cid), bytes)).toBe(true)
      expect(same(readFileSync(blobs.path(cid)!), bytes)).toBe(true)
    })

    test.each([100, 20_000, RAW_BYTES_MAX, RAW_BYTES_MAX + 1, 17_000_000])(
      'put, putStream and adopt name %i bytes alike',
      async (length) => {
        const bytes = noise(length, 3)
        const cid = await blobs.put(bytes)
        const others: BlobStore[] = []
        for (const store of [
          async (other: BlobStore) => other.putStream(pieces(bytes, 70_001), {}),
          async (other: BlobStore) => other.adopt(place.writeFile(bytes)),
        ]) {
          const otherPlace = createPlace()
          const other = await otherPlace.open(QUOTA_BYTES)
          others.push(other)
          expect(await store(other)).toBe(cid)
          expect(other.layout(cid)).toEqual(blobs.layout(cid))
          expect(same(await other.read(cid), bytes)).toBe(true)
          await other.close()
          otherPlace.dispose()
        }
      },
    )

    test('an adopted file is moved away, also when the store has it already', async () => {
      const bytes = noise(100_000, 4)
      const first = place.writeFile(bytes)
      const cid = await blobs.adopt(first)
      const second = place.writeFile(bytes)
      expect(await blobs.adopt(second)).toBe(cid)
      expect([existsSync(first), existsSync(second)]).toEqual([false, false])
      expect(blobs.usage().bytes).toBe(100_000)
    })

    test('adopting what is not there is a fault', async () => {
      expect(await faultKind(blobs.adopt(`${place.writeFile(noise(1, 1))}-not`))).toBe('storage-failed')
    })

    test('a structure is stored under its dag-cbor CID', async () => {
      const bytes = encodeCanonical({ hello: ['mesh'] })
      const cid = await blobs.putStructure(bytes)
      expect(cid).toBe(cidOfDigest(DAG_CBOR, hash('sha256', bytes, 'buffer')))
      expect(blobs.layout(cid)).toEqual({ kind: 'raw', bytes: bytes.byteLength })
      expect(same(await blobs.read(cid), bytes)).toBe(true)
    })

    test('a list of chunks does not pass for a structure: its CID would have two contents', async () => {
      const cid = await blobs.put(noise(3_000_000, 5))
      const { node } = listOf(blobs, cid)
      expect(await faultKind(blobs.putStructure(node))).toBe('malformed')
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
        blobs.put(bytes),
        blobs.put(bytes),
        blobs.putStream(pieces(bytes, 1 << 16), {}),
      ])
      expect(new Set(cids).size).toBe(1)
      expect(blobs.usage().bytes).toBe(bytes.byteLength)
      expect(same(await blobs.read(cids[0]), bytes)).toBe(true)
    })

    test('many small blobs stored at once are all there, also after a restart', async () => {
      const contents = Array.from({ length: 300 }, (_, i) => noise(40 + i, 100 + i))
      const cids = await Promise.all(contents.map((content) => blobs.put(content)))
      await reopen()
      for (const [i, cid] of cids.entries()) expect(same(await blobs.read(cid), contents[i]!)).toBe(true)
    })

    test('what is not there is missing', async () => {
      const cid = cidOfDigest(RAW, new Uint8Array(32))
      expect([blobs.has(cid), blobs.info(cid), blobs.path(cid), blobs.layout(cid)]).toEqual([
        false,
        undefined,
        undefined,
        undefined,
      ])
      expect(await faultKind(blobs.read(cid))).toBe('blob-missing')
      expect(await faultKind(blobs.readChunk(cid, 0))).toBe('blob-missing')
      const present = await blobs.put(noise(10, 1))
      expect(await faultKind(blobs.readChunk(present, 1))).toBe('blob-missing')
    })

    test.each([
      ['in the database', 500, 7],
      ['in one piece', 200_000, 199_999],
      ['in chunks', 5_000_000, 3_141_592],
    ])(
      'a blob %s that was damaged is dropped when it is read, and can be stored again',
      async (_, length, offset) => {
        const bytes = noise(length, 8)
        const cid = await blobs.put(bytes)
        place.damage(cid, offset)
        expect(await faultKind(blobs.read(cid))).toBe('blob-corrupt')
        expect(blobs.has(cid)).toBe(false)
        expect(await faultKind(blobs.read(cid))).toBe('blob-missing')
        expect(blobs.usage().bytes).toBe(0)
        expect(await blobs.put(bytes)).toBe(cid)
        expect(same(await blobs.read(cid), bytes)).toBe(true)
      },
    )

    test('a damaged chunk is not served', async () => {
      const cid = await blobs.put(noise(5_000_000, 9))
      const chunks = listOf(blobs, cid).chunks.length
      place.damage(cid, 0)
      expect((await blobs.readChunk(cid, chunks - 1)).byteLength).toBeGreaterThan(0)
      expect(await faultKind(blobs.readChunk(cid, 0))).toBe('blob-corrupt')
      expect(blobs.has(cid)).toBe(false)
    })

    describe('quota', () => {
      const quotaBytes = 10_000_000
      beforeEach(() => reopen(quotaBytes))

      test('the least recently used is dropped first', async () => {
        const [a, b, c] = [
          await blobs.put(noise(3_000_000, 1)),
          await blobs.put(noise(3_000_000, 2)),
          await blobs.put(noise(3_000_000, 3)),
        ]
        await blobs.read(a)
        await blobs.put(noise(3_000_000, 4))
        expect([a, b, c].map((cid) => blobs.has(cid))).toEqual([true, false, true])
        expect(blobs.usage().bytes).toBeLessThanOrEqual(quotaBytes)
      })

      test('the order of uses survives a restart', async () => {
        const [a, b] = [await blobs.put(noise(4_000_000, 1)), await blobs.put(noise(4_000_000, 2))]
        blobs.path(a)
        await reopen(quotaBytes)
        await blobs.put(noise(4_000_000, 3))
        expect([a, b].map((cid) => blobs.has(cid))).toEqual([true, false])
      })

      test('a pinned blob is never dropped, until its last owner lets go', async () => {
        const pinned = await blobs.put(noise(6_000_000, 1))
        blobs.pin(pinned, 'job 1')
        blobs.pin(pinned, 'job 2')
        blobs.pin(pinned, 'job 2')
        expect(await faultKind(blobs.put(noise(6_000_000, 2)))).toBe('quota-exceeded')
        blobs.unpin('job 1')
        await reopen(quotaBytes)
        expect(await faultKind(blobs.put(noise(6_000_000, 2)))).toBe('quota-exceeded')
        expect(blobs.info(pinned)?.pinned).toBe(true)
        expect(blobs.owners(pinned)).toEqual(['job 2'])
        blobs.unpin('job 2')
        await blobs.put(noise(6_000_000, 2))
        expect(blobs.has(pinned)).toBe(false)
      })

      test('an owner may pin many blobs at once, and let go of some', async () => {
        const cids = await Promise.all([1, 2, 3].map((seed) => blobs.put(noise(20_000, seed))))
        blobs.pin(cids, 'job 1')
        blobs.pin(cids[0]!, 'job 2')
        blobs.unpin('job 1', cids.slice(0, 2))
        await reopen(quotaBytes)
        expect(cids.map((cid) => blobs.info(cid)?.pinned)).toEqual([true, false, true])
        blobs.unpin('job 1')
        expect(cids.map((cid) => blobs.info(cid)?.pinned)).toEqual([true, false, false])
      })

      test('a blob may be pinned before it comes', async () => {
        const bytes = noise(6_000_000, 1)
        const cid = await blobs.put(bytes)
        await blobs.put(noise(6_000_000, 2))
        expect(blobs.has(cid)).toBe(false)
        expect(blobs.owners(cid)).toEqual([])
        blobs.pin(cid, 'job')
        await blobs.put(bytes)
        expect(blobs.info(cid)?.pinned).toBe(true)
        expect(await faultKind(blobs.put(noise(6_000_000, 3)))).toBe('quota-exceeded')
      })

      test('what can never fit is refused, and nothing is dropped for it', async () => {
        const kept = await blobs.put(noise(1_000, 1))
        expect(await faultKind(blobs.put(noise(quotaBytes + 1, 2)))).toBe('quota-exceeded')
        expect(await faultKind(blobs.adopt(place.writeFile(noise(quotaBytes + 1, 2))))).toBe('quota-exceeded')
        expect(blobs.has(kept)).toBe(true)
        expect(blobs.usage()).toEqual({ bytes: 1_000, quotaBytes })
      })

      test('a stream over the quota is refused and leaves nothing', async () => {
        expect(await faultKind(blobs.putStream(pieces(noise(quotaBytes + 1, 2), 1 << 16), {}))).toBe(
          'quota-exceeded',
        )
        expect(blobs.usage().bytes).toBe(0)
      })
    })

    describe('[D10] what came for others', () => {
      const here = (...cids: readonly Cid[]) => cids.map((cid) => blobs.has(cid))
      const sweepAfter = (ms: number) => {
        place.passTime(ms)
        blobs.sweep()
      }
      /** A blob as it comes for somebody's job: pinned, and then received. */
      const bring = async (bytes: Uint8Array, owner: string, guest: string): Promise<Cid> => {
        const cid = await sender.put(bytes)
        blobs.pin(cid, owner, guest)
        await receiveWhole(cid)
        return cid
      }
      const receiveWhole = async (cid: Cid): Promise<void> => {
        const receiver = blobs.receive(cid)
        await receiver.accept(sender.layout(cid)!)
        for (const i of receiver.missing()) await receiver.chunk(i, await sender.readChunk(cid, i))
        await receiver.finish()
      }
      let senderPlace: BlobPlace
      let sender: BlobStore
      beforeEach(async () => {
        senderPlace = createPlace()
        sender = await senderPlace.open(QUOTA_BYTES)
      })
      afterEach(async () => {
        await sender.close()
        senderPlace.dispose()
      })

      test.each([300, 200_000, 3_000_000])(
        '%i bytes are gone an hour after their last job, and not before',
        async (length) => {
          const bytes = marked(length)
          const cid = await bring(bytes, 'job a', 'ann')
          sweepAfter(2 * GUEST_GRACE_MS)
          expect(here(cid)).toEqual([true])
          const path = blobs.path(cid)!
          blobs.unpin('job a')
          sweepAfter(GUEST_GRACE_MS - 1)
          expect([...here(cid), existsSync(path)]).toEqual([true, true])
          sweepAfter(1)
          expect([...here(cid), existsSync(path)]).toEqual([false, false])
          expect(blobs.usage().bytes).toBe(0)
          // Files are deleted in the background.
          await expect.poll(() => place.holds(MARK)).toBe(false)
          await reopen()
          expect(here(cid)).toEqual([false])
        },
      )

      test('the time is kept over restarts, and is no longer where the clock was set back', async () => {
        const [cid, other] = [
          await bring(noise(300, 1), 'job a', 'ann'),
          await bring(noise(300, 2), 'job b', 'ann'),
        ]
        blobs.unpin('job a')
        await reopen()
        sweepAfter(GUEST_GRACE_MS)
        expect(here(cid, other)).toEqual([false, true])
        blobs.unpin('job b')
        sweepAfter(-30 * 24 * GUEST_GRACE_MS)
        sweepAfter(GUEST_GRACE_MS)
        expect(here(other)).toEqual([false])
      })

      test('the next job of the same blob keeps it, and so does any other that is not over', async () => {
        const cid = await bring(noise(5_000, 1), 'job a', 'ann')
        blobs.unpin('job a')
        sweepAfter(GUEST_GRACE_MS / 2)
        blobs.pin(cid, 'job b', 'ann')
        blobs.pin(cid, 'job c', 'bob')
        sweepAfter(3 * GUEST_GRACE_MS)
        blobs.unpin('job b', [cid])
        blobs.expel('ann')
        sweepAfter(3 * GUEST_GRACE_MS)
        expect(here(cid)).toEqual([true])
        blobs.unpin('job c', [cid])
        sweepAfter(GUEST_GRACE_MS)
        expect(here(cid)).toEqual([false])
      })

      test('what the user had before, or needs since, is the user’s own', async () => {
        const before = await blobs.put(noise(5_000, 1))
        blobs.pin(before, 'job a', 'ann')
        const since = await bring(noise(5_000, 2), 'job a', 'ann')
        blobs.pin(since, 'own job')
        blobs.unpin('job a')
        blobs.expel('ann')
        blobs.unpin('own job')
        sweepAfter(9 * GUEST_GRACE_MS)
        expect(here(before, since)).toEqual([true, true])
      })

      test('outputs that were made for others go like what came for them', async () => {
        const keeper = { owner: 'job a', guest: 'ann' }
        const [small, large, adopted] = [
          await blobs.putUnflushed(noise(5_000, 1), keeper),
          await blobs.putUnflushed(noise(3_000_000, 2), keeper),
          await blobs.adopt(place.writeFile(noise(200_000, 3)), keeper),
        ]
        const own = await blobs.putUnflushed(noise(6_000, 4), { owner: 'own job' })
        const known = await blobs.putUnflushed(noise(6_000, 4), keeper)
        expect(known).toBe(own)
        expect([small, large, adopted].map((cid) => blobs.owners(cid))).toEqual(Array(3).fill(['job a']))
        blobs.unpin('job a')
        blobs.unpin('own job')
        sweepAfter(GUEST_GRACE_MS)
        expect(here(small, large, adopted, own)).toEqual([false, false, false, true])
      })

      test('what came from another peer and nothing needs goes too, pinned or not', async () => {
        const [small, large] = [await sender.put(noise(900, 1)), await sender.put(noise(3_000_000, 2))]
        await receiveWhole(small)
        await receiveWhole(large)
        const own = await sender.put(noise(1_000_000, 3))
        blobs.pin(own, 'own job')
        await receiveWhole(own)
        blobs.unpin('own job')
        sweepAfter(GUEST_GRACE_MS)
        expect(here(small, large, own)).toEqual([false, false, true])
      })

      test('whoever is expelled has nothing here at once but what pins need', async () => {
        const [over, atWork] = [
          await bring(noise(300, 1), 'job a', 'ann'),
          await bring(noise(300, 2), 'job b', 'ann'),
        ]
        const others = await bring(noise(300, 3), 'job c', 'bob')
        blobs.unpin('job a')
        blobs.unpin('job c')
        expect(blobs.guests()).toEqual(['ann', 'bob'])
        blobs.expel('ann')
        blobs.sweep()
        expect(here(over, atWork, others)).toEqual([false, true, true])
        blobs.expel('ann')
        blobs.unpin('job b')
        blobs.expel('ann')
        blobs.sweep()
        expect(here(atWork, others)).toEqual([false, true])
        expect(blobs.guests()).toEqual(['bob'])
        expect(blobs.owned('job')).toEqual([])
      })

      test('no more than a quarter of the quota stays, what was needed last', async () => {
        await reopen(8_000_000)
        const cids: Cid[] = []
        for (let i = 0; i < 5; i++) {
          cids.push(await bring(noise(700_000, i + 1), `job ${i}`, 'ann'))
          blobs.unpin(`job ${i}`)
          place.passTime(1)
        }
        const own = await blobs.put(noise(700_000, 9))
        expect(blobs.owned('job ')).toEqual([])
        blobs.sweep()
        expect(here(...cids, own)).toEqual([false, false, false, true, true, true])
      })

      test('a transfer that broke off goes like a blob, and one that is under way is left alone', async () => {
        const bytes = noise(8_000_000, 13)
        const cid = await sender.put(bytes)
        blobs.pin(cid, 'job a', 'ann')
        const begin = async (store: BlobStore): Promise<BlobReceiver> => {
          const receiver = store.receive(cid)
          await receiver.accept(sender.layout(cid)!)
          await receiver.chunk(0, await sender.readChunk(cid, 0))
          return receiver
        }
        const receiver = await begin(blobs)
        blobs.unpin('job a')
        blobs.expel('ann')
        blobs.sweep()
        expect(blobs.usage().bytes).toBe(bytes.byteLength)
        await receiver.suspend()
        expect(blobs.usage().bytes).toBe(bytes.byteLength)
        blobs.sweep()
        expect(blobs.usage().bytes).toBe(0)
        // And one that nothing pinned, over a restart.
        await (await begin(blobs)).suspend()
        await reopen()
        sweepAfter(GUEST_GRACE_MS - 1)
        expect(blobs.usage().bytes).toBe(bytes.byteLength)
        sweepAfter(1)
        expect(blobs.usage().bytes).toBe(0)
      })
    })

    test('a stream that breaks or is cancelled leaves nothing', async () => {
      await expect(blobs.putStream(breaking(noise(3_000_000, 1)), {})).rejects.toThrow('the source broke')
      const controller = new AbortController()
      const storing = blobs.putStream(
        pieces(noise(3_000_000, 1), 1_000, () => controller.abort()),
        {
          signal: controller.signal,
        },
      )
      expect(await faultKind(storing)).toBe('cancelled')
      expect(blobs.usage().bytes).toBe(0)
    })

    describe('receiving', () => {
      let senderPlace: BlobPlace
      let sender: BlobStore
      beforeEach(async () => {
        senderPlace = createPlace()
        sender = await senderPlace.open(QUOTA_BYTES)
      })
      afterEach(async () => {
        await sender.close()
        senderPlace.dispose()
      })
      const send = async (receiver: BlobReceiver, cid: Cid, positions: readonly number[]) => {
        for (const i of positions) await receiver.chunk(i, await sender.readChunk(cid, i))
      }

      test.each([0, 300, 500_000, 8_000_000])(
        '%i bytes arrive chunk by chunk, in any order',
        async (length) => {
          const bytes = noise(length, 11)
          const cid = await sender.put(bytes)
          const receiver = blobs.receive(cid)
          await receiver.accept(sender.layout(cid)!)
          await send(receiver, cid, receiver.missing().toReversed())
          expect(receiver.missing()).toEqual([])
          expect(blobs.has(cid)).toBe(false)
          await receiver.finish()
          expect(same(await blobs.read(cid), bytes)).toBe(true)
          expect(blobs.layout(cid)).toEqual(sender.layout(cid))
          expect(blobs.usage().bytes).toBe(length)
        },
      )

      test('what is there already need not be sent', async () => {
        const bytes = noise(3_000_000, 12)
        const cid = await sender.put(bytes)
        await blobs.put(bytes)
        const receiver = blobs.receive(cid)
        await receiver.accept(sender.layout(cid)!)
        expect(receiver.missing()).toEqual([])
        await receiver.finish()
        expect(blobs.has(cid)).toBe(true)
      })

      test('a broken-off transfer goes on where it was, also after a restart', async () => {
        const bytes = noise(8_000_000, 13)
        const cid = await sender.put(bytes)
        const receiver = blobs.receive(cid)
        await receiver.accept(sender.layout(cid)!)
        const all = receiver.missing()
        await send(receiver, cid, all.slice(0, 3))
        await receiver.suspend()
        expect(blobs.has(cid)).toBe(false)
        await reopen()
        const again = blobs.receive(cid)
        await again.accept(sender.layout(cid)!)
        expect(again.missing()).toEqual(all.slice(3))
        await send(again, cid, again.missing())
        await again.finish()
        expect(same(await blobs.read(cid), bytes)).toBe(true)
      })

      test('a chunk that has arrived can be read before the blob is whole, and no other', async () => {
        const bytes = noise(8_000_000, 13)
        const cid = await sender.put(bytes)
        const receiver = blobs.receive(cid)
        expect(await faultKind(receiver.read(0))).toBe('blob-missing')
        await receiver.accept(sender.layout(cid)!)
        const [first, second] = receiver.missing()
        await send(receiver, cid, [first!])
        expect(same(await receiver.read(first!), await sender.readChunk(cid, first!))).toBe(true)
        expect(await faultKind(receiver.read(second!))).toBe('blob-missing')
        expect(await faultKind(receiver.read(1_000))).toBe('blob-missing')
        await receiver.suspend()
        expect(await faultKind(receiver.read(first!))).toBe('blob-missing')
      })

      test('chunks of another blob are copied: an edited file sends only what changed', async () => {
        const before = noise(12_000_000, 14)
        const after = edited(before, 6_000_000)
        await blobs.put(before)
        const cid = await sender.put(after)
        const receiver = blobs.receive(cid)
        await receiver.accept(sender.layout(cid)!)
        expect(receiver.missing().length).toBeLessThanOrEqual(2)
        await send(receiver, cid, receiver.missing())
        await receiver.finish()
        expect(same(await blobs.read(cid), after)).toBe(true)
      })

      test('a damaged chunk of another blob is not copied', async () => {
        const before = noise(12_000_000, 14)
        const old = await blobs.put(before)
        const cid = await sender.put(edited(before, 6_000_000))
        place.damage(old, 10)
        const receiver = blobs.receive(cid)
        await receiver.accept(sender.layout(cid)!)
        expect(receiver.missing()).toContain(0)
        await send(receiver, cid, receiver.missing())
        await receiver.finish()
        expect((await blobs.read(cid)).byteLength).toBe(12_000_001)
      })

      test('a chunk that repeats is sent once', async () => {
        const bytes = new Uint8Array(10_000_000)
        const cid = await sender.put(bytes)
        const receiver = blobs.receive(cid)
        await receiver.accept(sender.layout(cid)!)
        expect(receiver.missing().length).toBe(2)
        await send(receiver, cid, receiver.missing())
        await receiver.finish()
        expect(same(await blobs.read(cid), bytes)).toBe(true)
      })

      test('a wrong chunk is refused, and the right one still taken', async () => {
        const cid = await sender.put(noise(3_000_000, 15))
        const receiver = blobs.receive(cid)
        await receiver.accept(sender.layout(cid)!)
        const right = await sender.readChunk(cid, 0)
        const wrong = right.slice()
        wrong[5]! ^= 1
        expect(await faultKind(receiver.chunk(0, wrong))).toBe('blob-corrupt')
        expect(await faultKind(receiver.chunk(0, right.subarray(1)))).toBe('blob-corrupt')
        expect(await faultKind(receiver.chunk(99, right))).toBe('blob-corrupt')
        expect(receiver.missing()).toContain(0)
        expect(await faultKind(receiver.finish())).toBe('blob-missing')
        await receiver.chunk(0, right)
        expect(receiver.missing()).not.toContain(0)
        await receiver.suspend()
      })

      test('a list that is not the CID, or lies about itself, is refused', async () => {
        const cid = await sender.put(noise(3_000_000, 16))
        const other = await sender.put(noise(3_000_000, 17))
        const lies: BlobLayout[] = [
          listOf(sender, other),
          { ...listOf(sender, cid), node: encodeCanonical({ blob: 1, chunks: [] }) },
          { kind: 'raw', bytes: RAW_BYTES_MAX + 1 },
        ]
        for (const lie of lies) expect(await faultKind(blobs.receive(cid).accept(lie))).toBe('blob-corrupt')
        const structure = encodeCanonical({ no: 'list' })
        const named = cidOfDigest(DAG_CBOR, hash('sha256', structure, 'buffer'))
        const layout: BlobLayout = { kind: 'list', node: structure, chunks: [], bytes: 0 }
        expect(await faultKind(blobs.receive(named).accept(layout))).toBe('blob-corrupt')
        expect(blobs.usage().bytes).toBe(0)
      })

      test('small content that is not the CID is refused', async () => {
        const cid = await sender.put(noise(500, 18))
        const receiver = blobs.receive(cid)
        await receiver.accept({ kind: 'raw', bytes: 500 })
        expect(await faultKind(receiver.chunk(0, noise(500, 19)))).toBe('blob-corrupt')
        expect(await faultKind(receiver.finish())).toBe('blob-missing')
      })

      test('one blob has one receiver at a time', async () => {
        const cid = await sender.put(noise(3_000_000, 20))
        const first = blobs.receive(cid)
        await first.accept(sender.layout(cid)!)
        expect(await faultKind(blobs.receive(cid).accept(sender.layout(cid)!))).toBe('too-busy')
        await first.suspend()
        const second = blobs.receive(cid)
        await second.accept(sender.layout(cid)!)
        await send(second, cid, second.missing())
        await second.finish()
        expect(blobs.has(cid)).toBe(true)
      })

      test('a transfer over the quota is refused; a broken-off one makes room for what is whole', async () => {
        await reopen(10_000_000)
        const large = await sender.put(noise(11_000_000, 21))
        expect(await faultKind(blobs.receive(large).accept(sender.layout(large)!))).toBe('quota-exceeded')
        const cid = await sender.put(noise(8_000_000, 22))
        const receiver = blobs.receive(cid)
        await receiver.accept(sender.layout(cid)!)
        await send(receiver, cid, [0])
        expect(await faultKind(blobs.put(noise(4_000_000, 23)))).toBe('quota-exceeded')
        await receiver.suspend()
        const whole = await blobs.put(noise(4_000_000, 23))
        expect(blobs.has(whole)).toBe(true)
        expect(blobs.usage().bytes).toBe(4_000_000)
      })
    })
  })
}

/** Bytes without pattern, the same for the same seed. */
export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  const words = new Uint32Array(bytes.buffer, 0, length >> 2)
  let state = Math.imul(seed, 0x9e3779b9) | 1
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[i] = state
  }
  return bytes
}

/** The same bytes with one more in the middle. */
export function edited(bytes: Uint8Array, at: number): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), Uint8Array.of(77), bytes.subarray(at)])
}

function marked(length: number): Uint8Array {
  const bytes = noise(length, 7)
  bytes.set(MARK, length >> 1)
  return bytes
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

function listOf(blobs: BlobStore, cid: Cid): Extract<BlobLayout, { kind: 'list' }> {
  const layout = blobs.layout(cid)
  if (layout?.kind !== 'list') throw new Error(`${cid} is no list`)
  return layout
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

async function faultKind(work: Promise<unknown>): Promise<Fault['kind'] | 'no fault'> {
  try {
    await work
    return 'no fault'
  } catch (error) {
    return (error as { fault: Fault }).fault.kind
  }
}
