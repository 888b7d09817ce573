import { hash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encodeCanonical } from '../protocol/canonical.ts'
import { cidOfDigest, DAG_CBOR } from '../protocol/cid.ts'
import type { Cid } from '../protocol/ids.ts'
import {
  edited,
  faultKind,
  listOf,
  noise,
  QUOTA_BYTES,
  same,
  type BlobPlace,
  type StoreUnderTest,
} from './blob-place.fixture.ts'
import { RAW_BYTES_MAX, type BlobLayout, type BlobReceiver, type BlobStore } from './blob-store.ts'

/** The promises of every blob store about blobs that come in piece by piece: a part of `blobStoreContract`. */
export function blobReceivingContract(under: StoreUnderTest, createPlace: () => BlobPlace): void {
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
        const receiver = under.blobs.receive(cid)
        await receiver.accept(sender.layout(cid)!)
        await send(receiver, cid, receiver.missing().toReversed())
        expect(receiver.missing()).toEqual([])
        expect(under.blobs.has(cid)).toBe(false)
        await receiver.finish()
        expect(same(await under.blobs.read(cid), bytes)).toBe(true)
        expect(under.blobs.layout(cid)).toEqual(sender.layout(cid))
        expect(under.blobs.usage().bytes).toBe(length)
      },
    )

    test('what is there already need not be sent', async () => {
      const bytes = noise(3_000_000, 12)
      const cid = await sender.put(bytes)
      await under.blobs.put(bytes)
      const receiver = under.blobs.receive(cid)
      await receiver.accept(sender.layout(cid)!)
      expect(receiver.missing()).toEqual([])
      await receiver.finish()
      expect(under.blobs.has(cid)).toBe(true)
    })

    test('a broken-off transfer goes on where it was, also after a restart', async () => {
      const bytes = noise(8_000_000, 13)
      const cid = await sender.put(bytes)
      const receiver = under.blobs.receive(cid)
      await receiver.accept(sender.layout(cid)!)
      const all = receiver.missing()
      await send(receiver, cid, all.slice(0, 3))
      await receiver.suspend()
      expect(under.blobs.has(cid)).toBe(false)
      await under.reopen()
      const again = under.blobs.receive(cid)
      await again.accept(sender.layout(cid)!)
      expect(again.missing()).toEqual(all.slice(3))
      await send(again, cid, again.missing())
      await again.finish()
      expect(same(await under.blobs.read(cid), bytes)).toBe(true)
    })

    test('a chunk that has arrived can be read before the blob is whole, and no other', async () => {
      const bytes = noise(8_000_000, 13)
      const cid = await sender.put(bytes)
      const receiver = under.blobs.receive(cid)
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
      await under.blobs.put(before)
      const cid = await sender.put(after)
      const receiver = under.blobs.receive(cid)
      await receiver.accept(sender.layout(cid)!)
      expect(receiver.missing().length).toBeLessThanOrEqual(2)
      await send(receiver, cid, receiver.missing())
      await receiver.finish()
      expect(same(await under.blobs.read(cid), after)).toBe(true)
    })

    test('a damaged chunk of another blob is not copied', async () => {
      const before = noise(12_000_000, 14)
      const old = await under.blobs.put(before)
      const cid = await sender.put(edited(before, 6_000_000))
      under.place.damage(old, 10)
      const receiver = under.blobs.receive(cid)
      await receiver.accept(sender.layout(cid)!)
      expect(receiver.missing()).toContain(0)
      await send(receiver, cid, receiver.missing())
      await receiver.finish()
      expect((await under.blobs.read(cid)).byteLength).toBe(12_000_001)
    })

    test('a chunk that repeats is sent once', async () => {
      const bytes = new Uint8Array(10_000_000)
      const cid = await sender.put(bytes)
      const receiver = under.blobs.receive(cid)
      await receiver.accept(sender.layout(cid)!)
      expect(receiver.missing().length).toBe(2)
      await send(receiver, cid, receiver.missing())
      await receiver.finish()
      expect(same(await under.blobs.read(cid), bytes)).toBe(true)
    })

    test('a wrong chunk is refused, and the right one still taken', async () => {
      const cid = await sender.put(noise(3_000_000, 15))
      const receiver = under.blobs.receive(cid)
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
      for (const lie of lies)
        expect(await faultKind(under.blobs.receive(cid).accept(lie))).toBe('blob-corrupt')
      const structure = encodeCanonical({ no: 'list' })
      const named = cidOfDigest(DAG_CBOR, hash('sha256', structure, 'buffer'))
      const layout: BlobLayout = { kind: 'list', node: structure, chunks: [], bytes: 0 }
      expect(await faultKind(under.blobs.receive(named).accept(layout))).toBe('blob-corrupt')
      expect(under.blobs.usage().bytes).toBe(0)
    })

    test('small content that is not the CID is refused', async () => {
      const cid = await sender.put(noise(500, 18))
      const receiver = under.blobs.receive(cid)
      await receiver.accept({ kind: 'raw', bytes: 500 })
      expect(await faultKind(receiver.chunk(0, noise(500, 19)))).toBe('blob-corrupt')
      expect(await faultKind(receiver.finish())).toBe('blob-missing')
    })

    test('one blob has one receiver at a time', async () => {
      const cid = await sender.put(noise(3_000_000, 20))
      const first = under.blobs.receive(cid)
      await first.accept(sender.layout(cid)!)
      expect(await faultKind(under.blobs.receive(cid).accept(sender.layout(cid)!))).toBe('too-busy')
      await first.suspend()
      const second = under.blobs.receive(cid)
      await second.accept(sender.layout(cid)!)
      await send(second, cid, second.missing())
      await second.finish()
      expect(under.blobs.has(cid)).toBe(true)
    })

    test('a transfer over the quota is refused; a broken-off one makes room for what is whole', async () => {
      await under.reopen(10_000_000)
      const large = await sender.put(noise(11_000_000, 21))
      expect(await faultKind(under.blobs.receive(large).accept(sender.layout(large)!))).toBe('quota-exceeded')
      const cid = await sender.put(noise(8_000_000, 22))
      const receiver = under.blobs.receive(cid)
      await receiver.accept(sender.layout(cid)!)
      await send(receiver, cid, [0])
      expect(await faultKind(under.blobs.put(noise(4_000_000, 23)))).toBe('quota-exceeded')
      await receiver.suspend()
      const whole = await under.blobs.put(noise(4_000_000, 23))
      expect(under.blobs.has(whole)).toBe(true)
      expect(under.blobs.usage().bytes).toBe(4_000_000)
    })
  })
}
