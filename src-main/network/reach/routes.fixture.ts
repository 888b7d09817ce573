/**
 * A peer in a process of its own that listens everywhere and takes every peer for a contact. It relays while it is
 * reached from outside, tells its parent each new state, and connects where it is told to.
 */
import { createInterface } from 'node:readline'
import type { PeerId } from '../../protocol/ids.ts'
import { localPeer } from '../local-mesh.ts'

/** The messages of the peer's process. */
export interface RoutesTold {
  readonly peer: PeerId
  readonly addresses: readonly string[]
  readonly reachability: string
  readonly routes: Readonly<Record<PeerId, 'direct' | 'relayed'>>
}

const { transport } = localPeer({ listen: ['/ip4/0.0.0.0/tcp/20400'] })
await transport.start()
transport.setRelaying('auto')
let told = ''
setInterval(() => {
  const state: RoutesTold = {
    peer: transport.peer,
    addresses: transport.addresses(),
    reachability: transport.reachability().state,
    routes: Object.fromEntries(transport.connections().map(({ peer, route }) => [peer, route])),
  }
  const now = JSON.stringify(state)
  if (now !== told) process.stdout.write(`${now}\n`)
  told = now
}, 20)
createInterface(process.stdin).on('line', (line) => {
  const { peer, addresses } = JSON.parse(line) as Pick<RoutesTold, 'peer' | 'addresses'>
  void transport.connect(peer, addresses, { signal: AbortSignal.timeout(30_000) })
})
