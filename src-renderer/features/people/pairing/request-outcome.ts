import type { PairRequest, PeerId } from '#contract'

/** The answer to this user's request to pair. */
export interface RequestOutcome {
  readonly peer: PeerId
  readonly name: string
  readonly kind: 'accepted' | 'refused'
}

/** The outcomes of outgoing requests that were there before and are not any more. */
export function requestOutcomes(
  before: readonly PairRequest[],
  after: readonly PairRequest[],
  people: ReadonlyMap<PeerId, { readonly name: string }>,
): RequestOutcome[] {
  const isOpen = new Set(after.map(({ direction, peer_id }) => `${direction} ${peer_id}`))
  return before
    .filter(({ direction, peer_id }) => direction === 'outgoing' && !isOpen.has(`outgoing ${peer_id}`))
    .map(({ peer_id, name, short_name }) => {
      const person = people.get(peer_id)
      return {
        peer: peer_id,
        name: person?.name ?? name ?? short_name,
        kind: person === undefined ? 'refused' : 'accepted',
      }
    })
}
