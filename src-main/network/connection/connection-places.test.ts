import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { createIdentity } from '../identity/identity.ts'
import type { Node } from '../libp2p-node.ts'
import { createNode, type NodeGuard } from '../libp2p-options.ts'
import { createGossipGate } from '../publishing/gossip-gate.ts'
import { createConnectionPlaces } from './connection-places.ts'

const soon = () => AbortSignal.timeout(30_000)
const nodes: Node[] = []
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop()
})

async function startNode(places = createConnectionPlaces(() => 'contact')): Promise<Node> {
  const guard: NodeGuard = {
    gossip: createGossipGate(() => true),
    lines: { identifying: (encrypter) => encrypter, watch: () => undefined },
    places,
    mayDial: () => true,
  }
  const identity = createIdentity(randomBytes(32))
  const node = await createNode({ identity, listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false, guard })
  await node.start()
  nodes.push(node)
  return node
}

test('a peer whose places are closed neither takes connections nor makes any', async () => {
  const places = createConnectionPlaces(() => 'contact')
  const [stopping, other] = await Promise.all([startNode(places), startNode()])
  const seen: string[] = []
  for (const node of nodes) node.addEventListener('peer:connect', ({ type }) => void seen.push(type))
  places.close()
  await expect(other.dial(stopping.getMultiaddrs())).rejects.toThrow()
  await expect(stopping.dial(other.getMultiaddrs())).rejects.toThrow()
  const [address] = other.getMultiaddrs()
  await expect(stopping.services.dialAddress(address!, { signal: soon() })).rejects.toThrow()
  expect(seen).toEqual([])
})

test('a connection that shakes hands when the places close is not taken', async () => {
  const places = createConnectionPlaces(() => 'contact')
  const [stopping, other] = await Promise.all([startNode({ ...places, mayBegin: () => true }), startNode()])
  const seen: string[] = []
  stopping.addEventListener('peer:connect', ({ type }) => void seen.push(type))
  places.close()
  // The one that dials may have its connection before the other has refused it.
  await Promise.allSettled([other.dial(stopping.getMultiaddrs())])
  await expect.poll(() => other.getConnections()).toEqual([])
  expect(seen).toEqual([])
})
