import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobSummary, KindName, RequestOf } from '#contract'
import type { Cid, JobId } from '../protocol/ids.ts'
import { faultOfRejected } from '../api/transport/rejected.fixture.ts'
import { servePeer, type ServedPeer } from '../api/transport/served-peer.fixture.ts'
import { blobChunks, uploadSource } from '../api/transport/transfer.ts'

/** Uploads bytes to the peer under test. */
export type Upload = (bytes: Uint8Array) => Promise<Cid>

/** A kind under test. */
export interface KindCase<K extends KindName> {
  readonly kind: K
  /** A small job that one peer computes within a second or two. */
  readonly request: (upload: Upload) => Promise<RequestOf<K>>
  /** A job that the kind refuses, with the fault's kind. */
  readonly refused: (upload: Upload) => Promise<RequestOf<K>>
  readonly refusedWith: string
  /** Algorithms of the peer under test, where they are not the program's own. */
  readonly registry?: URL
  /** A format that its results have; absent where they have none. */
  readonly format?: string
  /** Looks at the bytes of the result. */
  readonly check: (result: Uint8Array) => void
}

/** The contract of every job kind, tested over a real peer, its socket and its compute host. */
export function describeJobKind<K extends KindName>({
  kind,
  request,
  refused,
  refusedWith,
  registry,
  format,
  check,
}: KindCase<K>): void {
  describe(`a job of kind ${kind}`, () => {
    let served: ServedPeer
    beforeAll(async () => (served = await servePeer('requester', undefined, 'off', registry)))
    afterAll(() => served.stop())

    const jobs = () => served.client.calls.jobs
    const upload: Upload = (bytes) => {
      const copy = Uint8Array.from(bytes)
      const read = (offset: number, length: number) => Promise.resolve(copy.slice(offset, offset + length))
      return uploadSource(served.client.calls, { bytes: copy.length, read })
    }

    async function submit(changes: { redundancy?: number; encrypt?: boolean; description?: string } = {}) {
      return jobs().submit({ ...(await request(upload)), redundancy: 1, ...changes })
    }

    async function summaryOf(job_id: JobId): Promise<JobSummary | undefined> {
      return (await jobs().list()).find((job) => job.job_id === job_id)
    }

    async function end(job_id: JobId): Promise<string | undefined> {
      let state: string | undefined
      for await (const status of await jobs().watch({ job_id })) state = status.state.kind
      return state
    }

    async function result(job_id: JobId): Promise<Buffer> {
      const file = await jobs().result({ job_id, ...(format === undefined ? {} : { format }) })
      const chunks: Uint8Array[] = []
      for await (const chunk of blobChunks(served.client.calls, file.cid)) chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      expect(bytes.length).toBe(file.bytes)
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256)
      return bytes
    }

    it('is submitted, computed and has a result, the same each time and after a restart', async () => {
      const submitted = await submit({ description: 'mine' })
      expect(submitted).toMatchObject({ kind })
      const { job_id, units } = submitted
      expect(await summaryOf(job_id)).toMatchObject({ units, facts: { kind }, description: 'mine' })
      expect(await end(job_id)).toBe('done')
      const first = await result(job_id)
      check(first)
      served = await served.restart()
      expect(await summaryOf(job_id)).toMatchObject({ facts: { kind }, state: { kind: 'done' } })
      expect(await result(job_id)).toEqual(first)
    })

    it('has the same result when it is encrypted', async () => {
      const [open, sealed] = [await submit(), await submit({ encrypt: true })]
      expect([await end(open.job_id), await end(sealed.job_id)]).toEqual(['done', 'done'])
      expect(await summaryOf(sealed.job_id)).toMatchObject({ encrypted: true, facts: { kind } })
      expect(await result(sealed.job_id)).toEqual(await result(open.job_id))
    })

    it('has no result before its end, and none in a format that it does not have', async () => {
      const { job_id } = await submit({ redundancy: 2 })
      expect(await faultOfRejected(jobs().result({ job_id }))).toMatchObject({ kind: 'bad-input' })
      const done = await submit()
      expect(await end(done.job_id)).toBe('done')
      const odd = jobs().result({ job_id: done.job_id, format: 'odd' })
      expect(await faultOfRejected(odd)).toMatchObject({ kind: 'bad-input' })
      await jobs().cancel({ job_id })
    })

    it('is forgotten with its result when it is removed', async () => {
      const { job_id } = await submit()
      expect(await end(job_id)).toBe('done')
      const { cid } = await jobs().result({ job_id, ...(format === undefined ? {} : { format }) })
      // The same request brings the same bytes, so that other jobs of this suite keep them too.
      for (const job of await jobs().list()) await jobs().remove({ job_id: job.job_id })
      expect(await summaryOf(job_id)).toBeUndefined()
      expect(await faultOfRejected(jobs().result({ job_id }))).toMatchObject({ kind: 'unknown-job' })
      expect(served.hosted.peer.blobs.info(cid)?.pinned ?? false).toBe(false)
    })

    it('that it refuses leaves nothing behind', async () => {
      const before = (await jobs().list()).length
      const fault = await faultOfRejected(jobs().submit(await refused(upload)))
      expect(fault.kind).toBe(refusedWith)
      expect(fault.message).not.toContain('\n')
      expect(await jobs().list()).toHaveLength(before)
    })
  })
}
