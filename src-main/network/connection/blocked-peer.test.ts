import { afterEach, expect, it } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import { localPeer } from '../local-mesh.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

const soon = () => ({ signal: AbortSignal.timeout(120_000) })

it('a blocked peer is refused from either side, also once connected, until it is unblocked', async () => {
  const denied = new Set<string>()
  const [{ transport: host }, { transport: guest }] = [
    localPeer({ mayConnect: (peer) => !denied.has(peer) }),
    localPeer(),
  ]
  for (const transport of [host, guest]) {
    await transport.start()
    stops.push(() => transport.stop())
  }
  await guest.connect(host.peer, host.addresses(), soon())
  denied.add(guest.peer)
  await host.disconnect(guest.peer)
  // The dialler may see the handshake as done before the other side closes: only a lasting connection counts.
  await expectNoConnection(() => guest.connect(host.peer, host.addresses(), soon()), host, guest.peer)
  await expectNoConnection(() => host.connect(guest.peer, guest.addresses(), soon()), host, guest.peer)
  denied.clear()
  await host.connect(guest.peer, guest.addresses(), soon())
  expect(host.connections().map(({ peer }) => peer)).toEqual([guest.peer])
})

async function expectNoConnection(
  dial: () => Promise<void>,
  host: { connections(): readonly { peer: PeerId }[] },
  guest: PeerId,
): Promise<void> {
  await dial().catch(() => undefined)
  expect(host.connections().filter(({ peer }) => peer === guest)).toEqual([])
}
