import type { Person } from '#contract'
import type { PeerState } from '../peer/state.ts'
import { standingOfRequester } from '../peer/trust.ts'
import type { Connection } from '../ports/transport.ts'
import type { ComputeCommitment } from '../protocol/commitment.ts'
import type { PeerId } from '../protocol/ids.ts'
import { STALE_AFTER_MS } from '../protocol/limits.ts'
import type { Contact } from '../protocol/messages.ts'
import { toMs } from '../protocol/time.ts'

/** What the view of people needs besides the state. */
export interface PersonViewOptions {
  readonly nowMs: number
  readonly connections: readonly Connection[]
  readonly shortNameOf: (peer: PeerId) => string
}

/** What this peer knows of everybody it is paired with, in the order of pairing. */
export function personViews(state: Readonly<PeerState>, options: PersonViewOptions): Person[] {
  const connections = new Map(options.connections.map((connection) => [connection.peer, connection]))
  return [...state.contacts.values()].map((contact) =>
    personView(state, contact, connections.get(contact.peer_id), options),
  )
}

/** Somebody that nothing was learned of yet. */
const NO_RECORD = { verified: 0, rejected: 0, failed: 0, expired: 0 } as const

function personView(
  state: Readonly<PeerState>,
  contact: Contact,
  connection: Connection | undefined,
  { nowMs, shortNameOf }: PersonViewOptions,
): Person {
  const { peer_id, name, trust, paired_at_ms } = contact
  const commitment = state.view.commitments.get(peer_id)
  const cores = sharedCores(commitment, nowMs)
  const seenMs = lastSeenMs(state, peer_id, commitment, connection === undefined ? undefined : nowMs)
  return {
    peer_id,
    name,
    short_name: shortNameOf(peer_id),
    trust_mine: trust,
    ...(commitment === undefined ? {} : { trust_theirs: commitment.trust_weights[state.me] ?? 0 }),
    tier: standingOfRequester(state, peer_id, commitment)?.tier ?? 'none',
    connected: connection !== undefined,
    ...(connection === undefined ? {} : { route: connection.route }),
    ...(connection?.rttMs === undefined ? {} : { rtt_ms: connection.rttMs }),
    ...(seenMs === undefined ? {} : { last_seen_ms: seenMs }),
    paired_at_ms,
    ...(cores === undefined ? {} : { shares_cores: cores }),
    ...(state.records.get(peer_id) ?? NO_RECORD),
    reliability_by_day: [],
    done_for_them: 0,
    running_for_them: 0,
    running_for_us: 0,
  }
}

function lastSeenMs(
  state: Readonly<PeerState>,
  peer: PeerId,
  commitment: ComputeCommitment | undefined,
  connectedMs: number | undefined,
): number | undefined {
  if (connectedMs !== undefined) return connectedMs
  const heardMs = commitment === undefined ? undefined : toMs(commitment.timestamp)
  const moments = [heardMs, state.view.disconnectedAtMs.get(peer)].filter((ms) => ms !== undefined)
  return moments.length === 0 ? undefined : Math.max(...moments)
}

/** What the slots of this moment add up to; undefined for none, and for a commitment that is stale. */
function sharedCores(commitment: ComputeCommitment | undefined, nowMs: number): number | undefined {
  if (commitment === undefined || nowMs - toMs(commitment.timestamp) > STALE_AFTER_MS) return undefined
  const current = commitment.availability_slots.filter(
    (slot) => toMs(slot.start_time) <= nowMs && nowMs < toMs(slot.end_time),
  )
  return current.length === 0 ? undefined : current.reduce((sum, slot) => sum + slot.resources.cpu_cores, 0)
}
