import { expect, it } from 'vitest'
import { ORPCError } from '@orpc/client'
import { CHUNK_BYTES_MAX, type Cid, type UploadId } from '#contract'
import type { ApiCalls } from './api-calls.ts'
import { NotConnectedError } from './connection.ts'
import { downloadBlob } from './download.ts'
import { uploadFile } from './upload.ts'

const CID = 'bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq' as Cid
const at = (index: number) => ((index * 131) ^ (index >> 9)) & 255
const pattern = (length: number) => Uint8Array.from({ length }, (_, index) => at(index))
const noWait = () => Promise.resolve()

/** A node that keeps uploads in memory and whose calls fail as the test says. */
function memoryNode(failOn: (call: string, count: number) => unknown) {
  const uploads = new Map<UploadId, { bytes: number; parts: Uint8Array[]; offset: number }>()
  const counts = new Map<string, number>()
  const asked = (call: string) => {
    const count = (counts.get(call) ?? 0) + 1
    counts.set(call, count)
    const failure = failOn(call, count)
    if (failure !== undefined) throw failure as Error
  }
  const find = (id: UploadId) => {
    const upload = uploads.get(id)
    if (upload === undefined)
      throw new ORPCError('FAULT', { data: { kind: 'bad-input', message: 'unknown upload' } })
    return upload
  }
  const view = (upload_id: UploadId) => {
    const { bytes, offset } = find(upload_id)
    return { upload_id, bytes, offset }
  }
  let finished: Uint8Array | undefined
  const calls = {
    uploads: {
      async begin({ bytes }: { bytes: number }) {
        await noWait()
        asked('begin')
        const id = `upload-${uploads.size}` as UploadId
        uploads.set(id, { bytes, parts: [], offset: 0 })
        return view(id)
      },
      async append({ upload_id, offset, chunk }: { upload_id: UploadId; offset: number; chunk: Blob }) {
        const upload = find(upload_id)
        if (offset !== upload.offset || chunk.size > CHUNK_BYTES_MAX) throw new Error('wrong chunk')
        upload.parts.push(new Uint8Array(await chunk.arrayBuffer()))
        upload.offset += chunk.size
        asked('append') // after the bytes arrived: the answer is lost, not the chunk
        return view(upload_id)
      },
      async state({ upload_id }: { upload_id: UploadId }) {
        await noWait()
        asked('state')
        return view(upload_id)
      },
      async finish({ upload_id }: { upload_id: UploadId }) {
        asked('finish')
        finished = new Uint8Array(await new Blob(find(upload_id).parts as BlobPart[]).arrayBuffer())
        return { cid: CID, bytes: finished.length }
      },
      async abort({ upload_id }: { upload_id: UploadId }) {
        await noWait()
        asked('abort')
        uploads.delete(upload_id)
        return {}
      },
    },
  }
  return {
    calls: calls as unknown as Pick<ApiCalls, 'uploads'>,
    uploads,
    counts,
    finished: () => finished,
    forgetAll: () => uploads.clear(),
  }
}

it('an upload whose answers are lost goes on where the node is, and no byte is sent twice', async () => {
  const node = memoryNode((call, count) =>
    call === 'append' && count === 2 ? new NotConnectedError('lost') : undefined,
  )
  const bytes = pattern(3 * CHUNK_BYTES_MAX + 17)
  const told: number[] = []
  const cid = await uploadFile(node.calls, new Blob([bytes]), {
    wait: noWait,
    progress: (sent) => told.push(sent),
  })
  expect(cid).toBe(CID)
  expect(Buffer.compare(node.finished()!, bytes)).toBe(0)
  expect(node.counts.get('append')).toBe(4)
  expect(told.at(-1)).toBe(bytes.length)
  expect(told).toEqual([...told].sort((a, b) => a - b))
})

it('an upload that the node has forgotten begins again', async () => {
  const node = memoryNode((call, count) => {
    if (call !== 'append' || count !== 1) return undefined
    node.forgetAll()
    return new NotConnectedError('the node was started again')
  })
  const bytes = pattern(CHUNK_BYTES_MAX + 1)
  await uploadFile(node.calls, new Blob([bytes]), { wait: noWait })
  expect(Buffer.compare(node.finished()!, bytes)).toBe(0)
  expect(node.counts.get('begin')).toBe(2)
})

it('a fault of the node ends an upload at once, and the node is told to forget it', async () => {
  const fault = new ORPCError('FAULT', { data: { kind: 'quota-exceeded', message: 'full' } })
  const node = memoryNode((call) => (call === 'append' ? fault : undefined))
  await expect(uploadFile(node.calls, new Blob([pattern(5)]), { wait: noWait })).rejects.toBe(fault)
  await noWait()
  expect(node.uploads.size).toBe(0)
})

it('an aborted upload stops with the reason', async () => {
  const abort = new AbortController()
  const node = memoryNode((call) => {
    if (call === 'append') abort.abort(new Error('enough'))
    return undefined
  })
  const sent = uploadFile(node.calls, new Blob([pattern(2 * CHUNK_BYTES_MAX)]), {
    signal: abort.signal,
    wait: noWait,
  })
  await expect(sent).rejects.toThrow('enough')
  expect(node.counts.get('append')).toBe(1)
})

it('an upload over a connection that never comes back is given up', async () => {
  const node = memoryNode(() => new NotConnectedError('gone'))
  await expect(uploadFile(node.calls, new Blob([pattern(5)]), { wait: noWait })).rejects.toThrow('gone')
})

it('a download is put together from its pieces over a lost connection', async () => {
  const bytes = pattern(2 * CHUNK_BYTES_MAX + 5)
  let asked = 0
  const calls = {
    blobs: {
      async read({ offset, length }: { offset: number; length: number }) {
        await noWait()
        asked += 1
        if (asked === 2) throw new NotConnectedError('lost')
        return { chunk: new Blob([bytes.subarray(offset, offset + length)]), bytes: bytes.length }
      },
    },
  } as unknown as Pick<ApiCalls, 'blobs'>
  const blob = await downloadBlob(calls, CID, { wait: noWait, type: 'image/png' })
  expect(blob.type).toBe('image/png')
  expect(Buffer.compare(new Uint8Array(await blob.arrayBuffer()), bytes)).toBe(0)
  expect(asked).toBe(4)
})

it('an empty blob is an empty file', async () => {
  const calls = {
    blobs: { read: () => Promise.resolve({ chunk: new Blob([]), bytes: 0 }) },
  } as unknown as Pick<ApiCalls, 'blobs'>
  expect((await downloadBlob(calls, CID)).size).toBe(0)
})
