import { CID } from 'multiformats/cid'
import type { Transport } from '../../ports/transport.ts'
import { FaultError } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { Node } from '../libp2p-node.ts'
import { openFault } from '../requests/request-pool.ts'
import { throwIfAborted } from '../signal-fault.ts'

/**
 * Tells the network who holds what, and asks it.
 *
 * @param running the node. @throws FaultError `unreachable` while there is none
 */
export function createProviders(
  running: () => Node,
  self: PeerId,
): Pick<Transport, 'provide' | 'findProviders'> {
  return {
    async provide(cid, { signal }) {
      throwIfAborted(signal)
      try {
        await running().contentRouting.provide(CID.parse(cid), { signal })
      } catch (error) {
        // A hint that reached no peer is no failure; a caller's own signal is.
        if (signal.aborted) throw openFault(error, signal, self)
      }
    },
    async *findProviders(cid, { signal }) {
      throwIfAborted(signal)
      try {
        for await (const { id } of running().contentRouting.findProviders(CID.parse(cid), { signal })) {
          const peer = id.toString() as PeerId
          if (id.type === 'Ed25519' && peer !== self) yield peer
        }
      } catch (error) {
        if (error instanceof FaultError) throw error
        // The network knows no more: the search ends, as it does when no peer has the blob.
        throwIfAborted(signal)
      }
    },
  }
}
