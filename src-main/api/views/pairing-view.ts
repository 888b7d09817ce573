import type { BlockedPeer, PairRequest } from '#contract'
import type { OutgoingPair } from '../../peer/pairing/slice.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { ApiDependencies } from '../dependencies.ts'

/** Views of peers that are not paired: pending requests in both directions, and blocked peers. */
export interface PairingView {
  /** The newest first. */
  requests(): PairRequest[]
  /** The newest first. */
  blocked(): BlockedPeer[]
}

/** The views over a running peer. */
export function createPairingView({ runtime: { state }, spelling }: ApiDependencies): PairingView {
  function request(
    peer_id: PeerId,
    { trust, askedAtMs, expiresAtMs }: OutgoingPair,
    who: Pick<PairRequest, 'direction' | 'name'>,
  ): PairRequest {
    return {
      peer_id,
      short_name: spelling.shortNameOf(peer_id),
      ...who,
      trust,
      asked_at_ms: askedAtMs,
      expires_at_ms: Math.round(expiresAtMs),
    }
  }

  return {
    requests() {
      const incoming = [...state.pairing.incomingPairs].map(([peer, pair]) =>
        request(peer, pair, { direction: 'incoming', name: pair.name }),
      )
      const outgoing = [...state.pairing.outgoingPairs].map(([peer, pair]) =>
        request(peer, pair, { direction: 'outgoing' }),
      )
      return [...incoming, ...outgoing].sort((a, b) => b.asked_at_ms - a.asked_at_ms)
    },
    blocked: () =>
      [...state.pairing.blocked]
        .map(([peer_id, { name, blockedAtMs }]): BlockedPeer => {
          const short_name = spelling.shortNameOf(peer_id)
          return { peer_id, name: name ?? short_name, short_name, blocked_at_ms: blockedAtMs }
        })
        .sort((a, b) => b.blocked_at_ms - a.blocked_at_ms),
  }
}
