import type { PeerId, Person, SharingNow } from '#contract'

/** One thing that the user may want to do next. */
export type Suggestion =
  | { readonly kind: 'answer-request'; readonly name: string; readonly more: number; readonly key: string }
  | { readonly kind: 'pair'; readonly key: string }
  | { readonly kind: 'share'; readonly key: string }
  | {
      readonly kind: 'raise-trust'
      readonly peer: PeerId
      readonly name: string
      /** The trust that theirs would be matched by. */
      readonly trust: number
      readonly key: string
    }

/** The facts that a suggestion is derived from. */
export interface Situation {
  readonly people: Iterable<Pick<Person, 'peer_id' | 'name' | 'trust_mine' | 'trust_theirs'>>
  readonly sharing: SharingNow | undefined
  /** Requests that wait for this user, the oldest first. */
  readonly incoming: readonly { readonly peer_id: PeerId; readonly name: string }[]
  /** Keys of suggestions that the user has dismissed. */
  readonly dismissed: ReadonlySet<string>
}

/** A lesser difference is noise: the next step of trust is a quarter away. */
const RAISE_FROM = 0.2

/**
 * The one suggestion of most use, or none: who waits for an answer first, then what keeps the mesh from working at
 * all, then trust that is not returned, the greatest difference first. One that was dismissed comes again only when
 * what it is about has changed.
 */
export function suggest(situation: Situation): Suggestion | undefined {
  return candidates(situation).find(({ key }) => !situation.dismissed.has(key))
}

function candidates({ people, sharing, incoming }: Situation): Suggestion[] {
  const known = [...people]
  const found: Suggestion[] = []
  const [first] = incoming
  if (first !== undefined) {
    const key = `answer-request ${first.peer_id}`
    found.push({ kind: 'answer-request', name: first.name, more: incoming.length - 1, key })
  }
  if (known.length === 0) found.push({ kind: 'pair', key: 'pair' })
  else if (sharing?.kind === 'off') found.push({ kind: 'share', key: 'share' })
  const unreturned = known
    .map((person) => ({ ...person, theirs: person.trust_theirs ?? 0 }))
    .filter(({ trust_mine, theirs }) => theirs - trust_mine >= RAISE_FROM)
    .sort((a, b) => b.theirs - b.trust_mine - (a.theirs - a.trust_mine) || (a.peer_id < b.peer_id ? -1 : 1))
  for (const { peer_id: peer, name, theirs } of unreturned) {
    found.push({ kind: 'raise-trust', peer, name, trust: theirs, key: `raise-trust ${peer} ${theirs}` })
  }
  return found
}
