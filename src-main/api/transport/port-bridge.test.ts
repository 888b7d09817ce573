import { EventEmitter } from 'node:events'
import { rm } from 'node:fs/promises'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { hostPeer, type HostedPeer } from '../../hosted-peer.ts'
import { newMeasuredFolder } from '../../measured.fixture.ts'
import type { ApiCalls } from './client.ts'
import { bridgePort, type PagePort } from './port-bridge.ts'
import { blobChunks, uploadSource } from './transfer.ts'

let folder: string
let hosted: HostedPeer
const ports: MessagePort[] = []

beforeAll(async () => {
  folder = await newMeasuredFolder('meshwork-bridge-')
  hosted = await hostPeer({
    folder,
    name: 'bridged',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    bootstrap: [],
    share: 'nothing',
    requestStop: () => undefined,
    fatal: () => undefined,
    warn: () => undefined,
  })
})

afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

afterAll(async () => {
  await hosted.stop()
  await rm(folder, { recursive: true })
})

/** Node's port as Electron's main process has it: with events instead of the data itself. */
function asPagePort(port: MessagePort): PagePort {
  const events = new EventEmitter()
  return Object.assign(events, {
    postMessage: (message: unknown) => port.postMessage(message),
    close: () => port.close(),
    start: () => {
      port.on('message', (data: unknown) => events.emit('message', { data }))
      port.on('close', () => events.emit('close'))
    },
  })
}

function bridged(token = hosted.server.endpoint.token) {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  const end = bridgePort(asPagePort(port1), { url: hosted.server.endpoint.url, token })
  const closed = new Promise<void>((resolve) => port2.on('close', () => resolve()))
  const calls: ApiCalls = createORPCClient(new RPCLink({ port: port2 }))
  return { calls, page: port2, closed, end }
}

describe('a port of the page, bridged to the API', () => {
  it('carries calls, also those made before the peer’s door is open', async () => {
    const { calls } = bridged()
    const names = await Promise.all([calls.node.info(), calls.node.info()])
    expect(names.map(({ name }) => name)).toEqual(['bridged', 'bridged'])
  })

  it('carries watches', async () => {
    const { calls } = bridged()
    for await (const news of await calls.news.watch()) {
      expect(news.is_whole).toBe(true)
      break
    }
  })

  it('carries bytes as they are, both ways', async () => {
    const { calls } = bridged()
    const bytes = new Uint8Array(700_000).map((_, i) => (i * 31) % 251)
    const cid = await uploadSource(calls, {
      bytes: bytes.byteLength,
      read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
    })
    const parts: Uint8Array[] = []
    for await (const chunk of blobChunks(calls, cid)) parts.push(chunk)
    expect(Buffer.concat(parts).equals(bytes)).toBe(true)
  })

  it('closes when the token is wrong', async () => {
    await bridged('wrong').closed
  })

  it('closes on what is no message', async () => {
    for (const wrong of [{ a: 1 }, 7, null]) {
      const { page, closed } = bridged()
      page.postMessage(wrong)
      await closed
    }
  })

  it('closes when either side ends it', async () => {
    const { end, closed } = bridged()
    end()
    await closed
    const other = bridged()
    await other.calls.node.info()
    other.page.close()
    await other.closed
  })
})
