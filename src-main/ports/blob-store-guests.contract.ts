import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Cid } from '../protocol/ids.ts'
import { faultKind, noise, QUOTA_BYTES, type BlobPlace, type StoreUnderTest } from './blob-place.fixture.ts'
import { GUEST_GRACE_MS, type BlobReceiver, type BlobStore } from './blob-store.ts'

/** Bytes that are nowhere but where they were put. */
const MARK = new TextEncoder().encode('a stranger’s scene, which no user wants to keep')

function marked(length: number): Uint8Array {
  const bytes = noise(length, 7)
  bytes.set(MARK, length >> 1)
  return bytes
}

/** The promises of every blob store about blobs that are here for others: a part of `blobStoreContract`. */
export function blobGuestsContract(under: StoreUnderTest, createPlace: () => BlobPlace): void {
  describe('[D10] what came for others', () => {
    const here = (...cids: readonly Cid[]) => cids.map((cid) => under.blobs.has(cid))
    const sweepAfter = (ms: number) => {
      under.place.passTime(ms)
      under.blobs.sweep()
    }
    /** A blob as it comes for a guest's job: pinned, and then received. */
    const bring = async (bytes: Uint8Array, owner: string, guest: string): Promise<Cid> => {
      const cid = await sender.put(bytes)
      under.blobs.pin(cid, owner, guest)
      await receiveWhole(cid)
      return cid
    }
    const receiveWhole = async (cid: Cid): Promise<void> => {
      const receiver = under.blobs.receive(cid)
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
        const path = under.blobs.path(cid)!
        under.blobs.unpin('job a')
        sweepAfter(GUEST_GRACE_MS - 1)
        expect([...here(cid), existsSync(path)]).toEqual([true, true])
        sweepAfter(1)
        expect([...here(cid), existsSync(path)]).toEqual([false, false])
        expect(under.blobs.usage().bytes).toBe(0)
        // Files are deleted in the background.
        await expect.poll(() => under.place.holds(MARK)).toBe(false)
        await under.reopen()
        expect(here(cid)).toEqual([false])
      },
    )

    test('the time is kept over restarts, and is no longer where the clock was set back', async () => {
      const [cid, other] = [
        await bring(noise(300, 1), 'job a', 'ann'),
        await bring(noise(300, 2), 'job b', 'ann'),
      ]
      under.blobs.unpin('job a')
      await under.reopen()
      sweepAfter(GUEST_GRACE_MS)
      expect(here(cid, other)).toEqual([false, true])
      under.blobs.unpin('job b')
      sweepAfter(-30 * 24 * GUEST_GRACE_MS)
      sweepAfter(GUEST_GRACE_MS)
      expect(here(other)).toEqual([false])
    })

    test('the next job of the same blob keeps it, and so does any other that is not over', async () => {
      const cid = await bring(noise(5_000, 1), 'job a', 'ann')
      under.blobs.unpin('job a')
      sweepAfter(GUEST_GRACE_MS / 2)
      under.blobs.pin(cid, 'job b', 'ann')
      under.blobs.pin(cid, 'job c', 'bob')
      sweepAfter(3 * GUEST_GRACE_MS)
      under.blobs.unpin('job b', [cid])
      under.blobs.expel('ann')
      sweepAfter(3 * GUEST_GRACE_MS)
      expect(here(cid)).toEqual([true])
      under.blobs.unpin('job c', [cid])
      sweepAfter(GUEST_GRACE_MS)
      expect(here(cid)).toEqual([false])
    })

    test('what the user had before, or needs since, is the user’s own', async () => {
      const before = await under.blobs.put(noise(5_000, 1))
      under.blobs.pin(before, 'job a', 'ann')
      const since = await bring(noise(5_000, 2), 'job a', 'ann')
      under.blobs.pin(since, 'own job')
      under.blobs.unpin('job a')
      under.blobs.expel('ann')
      under.blobs.unpin('own job')
      sweepAfter(9 * GUEST_GRACE_MS)
      expect(here(before, since)).toEqual([true, true])
    })

    test.each([300, 200_000, 3_000_000])(
      '%i bytes that the user stores while they are here for others are the user’s own',
      async (length) => {
        const ways: ((bytes: Uint8Array) => Promise<Cid>)[] = [
          (bytes) => under.blobs.put(bytes),
          (bytes) => under.blobs.putStream(new Blob([bytes]).stream(), {}),
          (bytes) => under.blobs.adopt(under.place.writeFile(bytes)),
        ]
        for (const [seed, store] of ways.entries()) {
          const bytes = noise(length, 40 + seed)
          const cid = await bring(bytes, `job ${seed}`, 'ann')
          under.blobs.unpin(`job ${seed}`)
          expect(await store(bytes)).toBe(cid)
          sweepAfter(2 * GUEST_GRACE_MS)
          expect(here(cid)).toEqual([true])
        }
      },
    )

    test('outputs that were made for others go like what came for them', async () => {
      const keeper = { owner: 'job a', guest: 'ann' }
      const [small, large, adopted] = [
        await under.blobs.putUnflushed(noise(5_000, 1), keeper),
        await under.blobs.putUnflushed(noise(3_000_000, 2), keeper),
        await under.blobs.adopt(under.place.writeFile(noise(200_000, 3)), keeper),
      ]
      const own = await under.blobs.putUnflushed(noise(6_000, 4), { owner: 'own job' })
      const known = await under.blobs.putUnflushed(noise(6_000, 4), keeper)
      expect(known).toBe(own)
      expect([small, large, adopted].map((cid) => under.blobs.owners(cid))).toEqual(Array(3).fill(['job a']))
      under.blobs.unpin('job a')
      under.blobs.unpin('own job')
      sweepAfter(GUEST_GRACE_MS)
      expect(here(small, large, adopted, own)).toEqual([false, false, false, true])
    })

    test('what came from another peer and nothing needs goes too, pinned or not', async () => {
      const [small, large] = [await sender.put(noise(900, 1)), await sender.put(noise(3_000_000, 2))]
      await receiveWhole(small)
      await receiveWhole(large)
      const own = await sender.put(noise(1_000_000, 3))
      under.blobs.pin(own, 'own job')
      await receiveWhole(own)
      under.blobs.unpin('own job')
      sweepAfter(GUEST_GRACE_MS)
      expect(here(small, large, own)).toEqual([false, false, true])
    })

    test('an expelled guest keeps nothing here but what pins need', async () => {
      const [over, atWork] = [
        await bring(noise(300, 1), 'job a', 'ann'),
        await bring(noise(300, 2), 'job b', 'ann'),
      ]
      const others = await bring(noise(300, 3), 'job c', 'bob')
      under.blobs.unpin('job a')
      under.blobs.unpin('job c')
      expect(under.blobs.guests()).toEqual(['ann', 'bob'])
      under.blobs.expel('ann')
      under.blobs.sweep()
      expect(here(over, atWork, others)).toEqual([false, true, true])
      under.blobs.expel('ann')
      under.blobs.unpin('job b')
      under.blobs.expel('ann')
      under.blobs.sweep()
      expect(here(atWork, others)).toEqual([false, true])
      expect(under.blobs.guests()).toEqual(['bob'])
      expect(under.blobs.owned('job')).toEqual([])
    })

    test('no more than a quarter of the quota stays, what was needed last', async () => {
      await under.reopen(8_000_000)
      const cids: Cid[] = []
      for (let i = 0; i < 5; i++) {
        cids.push(await bring(noise(700_000, i + 1), `job ${i}`, 'ann'))
        under.blobs.unpin(`job ${i}`)
        under.place.passTime(1)
      }
      const own = await under.blobs.put(noise(700_000, 9))
      expect(under.blobs.owned('job ')).toEqual([])
      under.blobs.sweep()
      expect(here(...cids, own)).toEqual([false, false, false, true, true, true])
    })

    test('[D12] a quarter of the quota is the user’s own, whatever others’ jobs bring and leave', async () => {
      await under.reopen(8 << 20)
      const jobs = [0, 1, 2, 3, 4, 5]
      for (const job of jobs) await bring(noise(1 << 20, 50 + job), `job ${job}`, 'ann')
      const guest = { owner: 'job 9', guest: 'ben' }
      expect(await faultKind(bring(noise(300, 60), 'job 8', 'ann'))).toBe('quota-exceeded')
      expect(await faultKind(bring(noise(3_000_000, 61), 'job 8', 'ann'))).toBe('quota-exceeded')
      expect(await faultKind(under.blobs.putUnflushed(noise(200_000, 62), guest))).toBe('quota-exceeded')
      const output = under.place.writeFile(noise(200_000, 63))
      expect(await faultKind(under.blobs.adopt(output, guest))).toBe('quota-exceeded')
      // The user's own files, jobs and results have the rest.
      const own = await under.blobs.put(noise(1 << 20, 64))
      under.blobs.pin(own, 'own job')
      const result = await under.blobs.putUnflushed(noise(900_000, 65), { owner: 'own job' })
      expect(here(own, result)).toEqual([true, true])
      // The blobs of a job that is over make room for others at once, before their hour is up.
      under.blobs.unpin('job 0')
      const next = await bring(noise(1 << 20, 66), 'job 6', 'ann')
      expect(here(own, result, next)).toEqual([true, true, true])
      await under.reopen(8 << 20)
      expect(await faultKind(bring(noise(300, 67), 'job 7', 'ben'))).toBe('quota-exceeded')
    })

    test('a transfer that broke off goes like a blob, and one that is under way is left alone', async () => {
      const bytes = noise(8_000_000, 13)
      const cid = await sender.put(bytes)
      under.blobs.pin(cid, 'job a', 'ann')
      const begin = async (store: BlobStore): Promise<BlobReceiver> => {
        const receiver = store.receive(cid)
        await receiver.accept(sender.layout(cid)!)
        await receiver.chunk(0, await sender.readChunk(cid, 0))
        return receiver
      }
      const receiver = await begin(under.blobs)
      under.blobs.unpin('job a')
      under.blobs.expel('ann')
      under.blobs.sweep()
      expect(under.blobs.usage().bytes).toBe(bytes.byteLength)
      await receiver.suspend()
      expect(under.blobs.usage().bytes).toBe(bytes.byteLength)
      under.blobs.sweep()
      expect(under.blobs.usage().bytes).toBe(0)
      // And one that nothing pinned, over a restart.
      await (await begin(under.blobs)).suspend()
      await under.reopen()
      sweepAfter(GUEST_GRACE_MS - 1)
      expect(under.blobs.usage().bytes).toBe(bytes.byteLength)
      sweepAfter(1)
      expect(under.blobs.usage().bytes).toBe(0)
    })
  })
}
