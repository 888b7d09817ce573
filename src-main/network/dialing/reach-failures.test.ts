import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import type { Clock } from '../../ports/clock.ts'
import type { LookFailure } from '../../ports/reach.ts'
import type { Transport } from '../../ports/transport.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { bareAddress } from './dialer.ts'
import { DIAL_MS_MAX } from '../limits.ts'
import { localPeer, machineClock } from '../local-mesh.ts'

const running: Transport[] = []
const servers: Server[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((transport) => transport.stop()))
  for (const server of servers.splice(0)) server.close()
})

async function start(options: Parameters<typeof localPeer>[0] = {}): Promise<Transport> {
  const { transport } = localPeer(options)
  await transport.start()
  running.push(transport)
  return transport
}

/** A clock by which the time for one round of dialling is soon over, for those who never answer. */
const impatient = {
  ...machineClock,
  after: (delayMs: number, callback: () => void) =>
    machineClock.after(delayMs === DIAL_MS_MAX ? 200 : delayMs, callback),
}

/** The first reported failure of looking for a peer at these addresses. */
async function failureOf(
  peer: PeerId,
  addresses: readonly string[],
  clock: Clock = machineClock,
): Promise<LookFailure> {
  const looking = await start({ clock })
  looking.keepConnected([{ peer, addresses }])
  for (;;) {
    const reach = looking.reach().get(peer)
    if (reach !== undefined && reach.state !== 'connected' && reach.failure !== undefined)
      return reach.failure
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** The address of a server that accepts and does nothing more; a client may be told to be served otherwise. */
async function listening(serve: (end: () => void) => void): Promise<string> {
  const server = createServer((socket) => {
    // Clients that are given up reset their sockets.
    socket.on('error', () => socket.destroy())
    serve(() => socket.destroy())
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`
}

it('[H10] a machine at which nothing listens refuses', async () => {
  const gone = await start()
  const [address = ''] = gone.addresses()
  await gone.stop()
  expect(await failureOf(gone.peer, [address])).toEqual({ kind: 'refused', addresses: 1 })
})

it('[H10] a stranger at the address is another peer', async () => {
  const [wanted, other] = await Promise.all([start(), start()])
  const [address = ''] = other.addresses()
  const bare = bareAddress(address, other.peer)
  await wanted.stop()
  expect(await failureOf(wanted.peer, [bare])).toEqual({ kind: 'another-peer', addresses: 1 })
})

it('[H10] a peer that does not let this one in turns it away', async () => {
  const closed = await start({ mayConnect: () => false })
  expect(await failureOf(closed.peer, closed.addresses())).toEqual({ kind: 'turned-away' })
})

it('[H10] a peer that accepts and says nothing does not answer', async () => {
  const { peer } = localPeer().transport
  const mute = await listening(() => undefined)
  expect(await failureOf(peer, [mute, mute], impatient)).toEqual({ kind: 'no-answer', addresses: 2 })
})

it('[H10] a peer that ends the connection at once turns this one away', async () => {
  const { peer } = localPeer().transport
  const rude = await listening((end) => end())
  expect(await failureOf(peer, [rude])).toEqual({ kind: 'turned-away' })
})
