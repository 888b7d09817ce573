import { randomBytes } from 'node:crypto'
import { transportContract } from '../ports/transport.contract.ts'
import { createIdentity } from './identity.ts'
import { localPeer } from './local-mesh.ts'
import { createMemoryNetwork } from './memory-transport.ts'

transportContract('memory', () => {
  const network = createMemoryNetwork()
  return { create: () => network.join(createIdentity(randomBytes(32)).peer), emptyAddress: '/memory/nobody' }
})

transportContract('libp2p', () => ({
  create: (mayConnect) =>
    localPeer({ serveDht: true, ...(mayConnect === undefined ? {} : { mayConnect }) }).transport,
  // Port 9 (discard) is free on any machine of this century, and privileged.
  emptyAddress: '/ip4/127.0.0.1/tcp/9',
}))
