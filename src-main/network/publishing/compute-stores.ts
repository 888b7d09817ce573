import { ComputeAllocationState } from '../../protocol/assignment.ts'
import { ComputeCommitment } from '../../protocol/commitment.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { ComputeRoundState } from '../../protocol/result.ts'
import type { NetworkStore, PublishedStores } from './published-store.ts'

/** The stores of document 000 that a peer publishes. */
export interface ComputeStores {
  readonly commitment: NetworkStore<ComputeCommitment>
  readonly allocation: NetworkStore<ComputeAllocationState>
  readonly round: NetworkStore<ComputeRoundState>
}

/** The stores' audience and their memory. */
export interface ComputeStoreOptions {
  /** Whether trust is mutual (tier 1): such peers may read every store, others the commitment alone. */
  readonly isTrusted: (peer: PeerId) => boolean
  readonly persistDebounce: number
  /** Whether commitments are remembered over a restart. Offers and rounds are soon outdated. */
  readonly remembersCommitments: boolean
}

/** Creates and initializes the stores; each is cleaned up with `PublishedStores.stop`, or by itself. */
export function createComputeStores(
  published: PublishedStores,
  { isTrusted, persistDebounce, remembersCommitments }: ComputeStoreOptions,
): ComputeStores {
  const forTrusted = { cacheable: false, persistDebounce, audience: isTrusted }
  const stores: ComputeStores = {
    commitment: published.createStore({
      networkPath: 'compute/commitment',
      schema: ComputeCommitment,
      cacheable: remembersCommitments,
      persistDebounce,
    }),
    allocation: published.createStore({
      networkPath: 'compute/allocation',
      schema: ComputeAllocationState,
      ...forTrusted,
    }),
    round: published.createStore({ networkPath: 'compute/round', schema: ComputeRoundState, ...forTrusted }),
  }
  stores.commitment.initialize()
  stores.allocation.initialize()
  stores.round.initialize()
  return stores
}
