import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { WebSocket, WebSocketServer } from 'ws'
import type { Benchmark } from '../../bench.ts'
import { machineRandom } from '../../runtime/machine.ts'
import { connectFolder, type ApiCalls } from './client.ts'
import { blobChunks, uploadSource } from './transfer.ts'

/** Calls one after another: enough for a mean that stands still. */
const CALLS = 2_000
/** Bytes in and out: a large scene. */
const TRANSFER_BYTES = 64 << 20

/** Cost of the API for a user's program: one call, and bytes in and out. */
export const benchmark: Benchmark = {
  name: 'api',
  async run(report) {
    const folder = await mkdtemp(join(tmpdir(), 'meshwork-api-bench-'))
    const flags = ['--data', folder, '--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns', '--no-share', '--json']
    const daemon = spawn(process.execPath, [join(import.meta.dirname, '../../headless.ts'), ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => daemon.once('exit', resolve))
    try {
      await new Promise((resolve) => createInterface({ input: daemon.stdout }).once('line', resolve))
      const client = await connectFolder(folder)
      await callMs(client.calls)
      const [callMean, echoMean] = [await callMs(client.calls), await bareEchoMs()]
      report({
        metric: 'one call, parsed on both sides',
        value: callMean,
        unit: 'ms',
        ratio: callMean / echoMean,
        versus: 'a bare WebSocket echo',
      })
      await transfer(client.calls, report)
      client.close()
    } finally {
      daemon.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function callMs(calls: ApiCalls): Promise<number> {
  const begun = performance.now()
  for (let i = 0; i < CALLS; i++) await calls.jobs.list()
  return (performance.now() - begun) / CALLS
}

/** The same to and fro with nothing in it: what the socket itself costs, here between two ends of one process. */
async function bareEchoMs(): Promise<number> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)))
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const socket = new WebSocket(`ws://127.0.0.1:${port ?? 0}`, { perMessageDeflate: false })
  await new Promise((resolve) => socket.once('open', resolve))
  const begun = performance.now()
  for (let i = 0; i < CALLS; i++) {
    const answered = new Promise((resolve) => socket.once('message', resolve))
    socket.send('{}')
    await answered
  }
  const mean = (performance.now() - begun) / CALLS
  socket.terminate()
  server.close()
  return mean
}

async function transfer(calls: ApiCalls, report: Parameters<Benchmark['run']>[0]): Promise<void> {
  const bytes = machineRandom.bytes(TRANSFER_BYTES)
  const source = {
    bytes: TRANSFER_BYTES,
    read: (offset: number, length: number) =>
      Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length))),
  }
  let begun = performance.now()
  const cid = await uploadSource(calls, source)
  const inMs = performance.now() - begun
  begun = performance.now()
  for await (const chunk of blobChunks(calls, cid)) chunk.fill(0)
  const outMs = performance.now() - begun
  const rate = (ms: number): number => TRANSFER_BYTES / 1e3 / ms
  report({ metric: 'a file into the blob store', value: rate(inMs), unit: 'MB/s', note: 'cut and hashed' })
  report({ metric: 'a blob out of it', value: rate(outMs), unit: 'MB/s', note: 'verified' })
}
