import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Transport } from '../../ports/transport.ts'
import { localPeer } from '../local-mesh.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function startPeer(): Promise<Transport> {
  const { transport } = localPeer()
  await transport.start()
  stops.push(() => transport.stop())
  return transport
}

/** A way to a peer on which, from some moment on, nothing goes through and neither end is told. */
async function wayTo(peer: Transport): Promise<{ readonly address: string; cut(): void }> {
  const port = Number(/\/tcp\/(\d+)/.exec(peer.addresses()[0] ?? '')?.[1])
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1' })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => undefined)
      from.pipe(to)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    address: `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`,
    cut() {
      for (const socket of sockets) socket.unpipe().pause()
    },
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('[H6] a line over which nothing comes back', () => {
  it('is ended when this machine’s network has changed, and one that answers stays', async () => {
    const [a, b, c] = [await startPeer(), await startPeer(), await startPeer()]
    const way = await wayTo(b)
    const signal = AbortSignal.timeout(60_000)
    await a.connect(b.peer, [way.address], { signal })
    await a.connect(c.peer, c.addresses(), { signal })
    const events: string[] = []
    a.onConnection(({ kind, peer }) => events.push(`${kind} ${peer}`))
    way.cut()
    a.networkChanged()
    await until(() => events.length > 0)
    expect(events).toEqual([`disconnected ${b.peer}`])
    expect(a.connections().map(({ peer }) => peer)).toEqual([c.peer])
  })

  it('is given up for a newer one of the same peer', async () => {
    const [a, b] = [await startPeer(), await startPeer()]
    const way = await wayTo(b)
    const signal = AbortSignal.timeout(60_000)
    await a.connect(b.peer, [way.address], { signal })
    b.handle('/test/echo/1', (_from, request) => Promise.resolve(request))
    await until(() => b.connections().length === 1)
    way.cut()
    // The other side is somewhere else now, and comes by itself.
    await b.disconnect(a.peer)
    await b.connect(a.peer, a.addresses(), { signal })
    const ask = () => a.request(b.peer, '/test/echo/1', Uint8Array.of(7), { signal }).catch(() => undefined)
    // Requests on the old connection end with it.
    while ((await ask()) === undefined) expect(signal.aborted).toBe(false)
    expect(a.connections()).toHaveLength(1)
  })
})
