import { NAME_LENGTH_MAX } from '#contract'
import { refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'

/** Shorter pieces of a peer id would fit too many. */
const PEER_PIECE_LENGTH_MIN = 4

/** A person as a list shows them. */
interface Listed {
  readonly peer_id: PeerId
  readonly name?: string
  readonly short_name: string
}

/**
 * The one person of a list whom a user means: by peer id, its beginning or end, short name or name.
 * @throws FaultError `unknown-peer` when no person fits, `bad-input` when several do
 */
export function findNamed(people: readonly Listed[], named: string): PeerId {
  const found = [...new Set(people.filter((one) => isNamed(one, named)).map(({ peer_id }) => peer_id))]
  const [peer, other] = found
  if (peer === undefined) refuse('unknown-peer', `nobody here is called ${shown(named)}`)
  if (other !== undefined) refuse('bad-input', `${shown(named)} could be ${found.join(' or ')}`)
  return peer
}

/** The text that was typed, or its beginning. */
function shown(named: string): string {
  return named.length > NAME_LENGTH_MAX ? `${named.slice(0, NAME_LENGTH_MAX)}…` : named === '' ? '""' : named
}

function isNamed({ peer_id, name, short_name }: Listed, named: string): boolean {
  if (named === peer_id || named === name || named === short_name) return true
  return named.length >= PEER_PIECE_LENGTH_MIN && (peer_id.startsWith(named) || peer_id.endsWith(named))
}
