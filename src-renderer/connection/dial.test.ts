import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createORPCClient } from '@orpc/client'
import { os } from '@orpc/server'
import { RPCHandler as PortHandler } from '@orpc/server/message-port'
import { RPCHandler as SocketHandler } from '@orpc/server/websocket'
import { afterEach, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import type { Dialled } from './channel.ts'
import { dialPort } from './port-dial.ts'
import type { SessionKey } from './session-key.ts'
import { dialSocket } from './socket-dial.ts'

const router = { ping: os.handler(() => 'pong') }
const never = new AbortController().signal
/** A key whose proof shows what it was asked to prove. */
const key: SessionKey = {
  prove: (challenge) => Promise.resolve(Buffer.from(challenge).toString('base64url')),
}
const servers: Server[] = []
afterEach(async () => {
  vi.unstubAllGlobals()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** Calls `ping` over a dialled channel. @returns its answer */
async function ping(dialled: Dialled): Promise<unknown> {
  if (dialled.kind !== 'open') expect.fail(dialled.kind)
  return createORPCClient<{ ping: () => Promise<unknown> }>(dialled.channel.link).ping()
}

/** A host at a page's own origin that answers pages with a status, and takes sockets if it is told to. */
async function host(status: number, takesSockets: boolean): Promise<string[]> {
  const offered: string[] = []
  const server = createServer((_, response) => response.writeHead(status).end('a-challenge\n'))
  const sockets = new WebSocketServer({ noServer: true })
  const handler = new SocketHandler(router)
  server.on('upgrade', (request, socket, head) => {
    if (!takesSockets || request.url !== '/api') {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    offered.push(...(request.headers['sec-websocket-protocol'] ?? '').split(/, ?/))
    sockets.handleUpgrade(request, socket, head, (client) => {
      handler.upgrade(client as unknown as WebSocket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  const { port } = server.address() as AddressInfo
  vi.stubGlobal('window', {
    location: { href: `http://127.0.0.1:${port}/#/jobs`, host: `127.0.0.1:${port}` },
  })
  return offered
}

it('a page dials the node that served it, at /api, with a proof for this address and its challenge', async () => {
  const offered = await host(200, true)
  const dialled = await dialSocket(key)(never)
  expect(await ping(dialled)).toBe('pong')
  const proof = Buffer.from(`${window.location.host} a-challenge`).toString('base64url')
  expect(offered).toEqual(['meshwork-1', `proof.a-challenge.${proof}`])
  if (dialled.kind !== 'open') return
  dialled.channel.close()
  await dialled.channel.closed
})

it('a browser that has no key of a link is refused; its cookie is never enough', async () => {
  await host(200, true)
  const none: SessionKey = { prove: () => Promise.resolve(undefined) }
  expect((await dialSocket(none)(never)).kind).toBe('refused')
})

it('a node that turns the page’s cookie away refuses; trying again would not help', async () => {
  await host(401, false)
  expect((await dialSocket(key)(never)).kind).toBe('refused')
})

it('a node that shows its page and takes no socket now may take one later', async () => {
  await host(200, false)
  expect((await dialSocket(key)(never)).kind).toBe('unreachable')
})

it('a port without a listener is unreachable', async () => {
  vi.stubGlobal('window', { location: { href: 'http://127.0.0.1:1/' } })
  expect((await dialSocket(key)(never)).kind).toBe('unreachable')
})

/** A desktop window whose preload answers a request with these messages. */
function desktop(answers: readonly Partial<MessageEvent>[]) {
  const window = new EventTarget()
  vi.stubGlobal('window', window)
  return {
    requestPort() {
      for (const answer of answers)
        window.dispatchEvent(Object.assign(new Event('message'), { source: window, ports: [] }, answer))
    },
  }
}

it('on the desktop the preload hands over a port, and calls go through it until it is closed', async () => {
  const { port1, port2 } = new MessageChannel()
  new PortHandler(router).upgrade(port1)
  port1.start()
  const dialled = await dialPort(desktop([{ data: 'meshwork:port', ports: [port2] }]))(never)
  expect(await ping(dialled)).toBe('pong')
  if (dialled.kind !== 'open') return
  port1.close() // as a main process does that goes away
  await dialled.channel.closed
})

it('a port from another source than this window’s preload is not taken', async () => {
  const stranger = new MessageChannel()
  const own = new MessageChannel()
  new PortHandler(router).upgrade(own.port1)
  own.port1.start()
  const host = desktop([
    { data: 'meshwork:port', ports: [stranger.port2], source: null },
    { data: 'something else', ports: [stranger.port2] },
    { data: 'meshwork:port', ports: [own.port2] },
  ])
  const dialled = await dialPort(host)(never)
  expect(await ping(dialled)).toBe('pong')
  own.port1.close()
  stranger.port1.close()
})

it('a desktop that does not answer is unreachable', async () => {
  vi.useFakeTimers()
  const dialling = dialPort(desktop([]))(never)
  await vi.advanceTimersByTimeAsync(5_000)
  vi.useRealTimers()
  expect((await dialling).kind).toBe('unreachable')
})
