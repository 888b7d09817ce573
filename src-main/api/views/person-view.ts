import type { Person } from '#contract'
import type { PeerState } from '../../peer/state.ts'
import { standingOfRequester } from '../../peer/pairing/trust.ts'
import type { Connection, PeerReach } from '../../ports/reach.ts'
import type { ComputeCommitment } from '../../protocol/commitment.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { STALE_AFTER_MS } from '../../protocol/limits.ts'
import type { Contact } from '../../protocol/messages.ts'
import type { AvailabilitySlot } from '../../protocol/slot.ts'
import { toMs } from '../../protocol/time.ts'
import { awayOf } from '../../peer/pairing/away.ts'
import { connectionView, reachView } from './reach-view.ts'
import { awayView } from './shortage.ts'

/** Needed for the view of people besides the state. */
export interface PersonViewOptions {
  readonly nowMs: number
  readonly connections: readonly Connection[]
  /** Of those whom this peer looks for. */
  readonly reach: ReadonlyMap<PeerId, PeerReach>
  readonly shortNameOf: (peer: PeerId) => string
  /** Cores that a person shares at a moment by their commitment. */
  readonly coresShared: (commitment: ComputeCommitment, nowMs: number) => number | undefined
  /** Units at work at this moment, by person: theirs here, and ours there. */
  readonly unitsForThem: ReadonlyMap<PeerId, number>
  readonly unitsForUs: ReadonlyMap<PeerId, number>
  /** The share of a peer's attempts that went well on each of the last days, oldest first. */
  readonly reliabilityByDay: (peer: PeerId) => readonly (number | null)[]
}

/** Everything that this peer knows of its contacts, in the order of pairing. */
export function personViews(state: Readonly<PeerState>, options: PersonViewOptions): Person[] {
  const connections = new Map(options.connections.map((connection) => [connection.peer, connection]))
  return [...state.pairing.contacts.values()].map((contact) =>
    personView(state, contact, connections.get(contact.peer_id), options),
  )
}

/** The record of a contact that has not computed anything yet. */
const NO_RECORD = { verified: 0, rejected: 0, failed: 0, expired: 0 } as const

function personView(
  state: Readonly<PeerState>,
  contact: Contact,
  connection: Connection | undefined,
  options: PersonViewOptions,
): Person {
  const { nowMs } = options
  const { peer_id, name, trust, paired_at_ms } = contact
  const commitment = state.view.commitments.get(peer_id)
  const away = awayOf(state, peer_id, nowMs)
  const seenMs = lastSeenMs(state, peer_id, commitment, connection === undefined ? undefined : nowMs)
  return {
    peer_id,
    name,
    short_name: options.shortNameOf(peer_id),
    trust_mine: trust,
    tier: standingOfRequester(state, peer_id, commitment)?.tier ?? 'none',
    ...lineView(state, connection, options.reach.get(peer_id)),
    ...(seenMs === undefined ? {} : { last_seen_ms: seenMs }),
    paired_at_ms,
    ...(commitment === undefined ? {} : promiseView(state, commitment, options)),
    // Who is gone is told by `reach` and `last_seen_ms`.
    ...(away === undefined || away.kind === 'gone' ? {} : { away: awayView(away) }),
    ...(state.requester.records.get(peer_id) ?? NO_RECORD),
    reliability_by_day: [...options.reliabilityByDay(peer_id)],
    done_for_them: state.provider.doneFor.get(peer_id) ?? 0,
    running_for_them: options.unitsForThem.get(peer_id) ?? 0,
    running_for_us: options.unitsForUs.get(peer_id) ?? 0,
  }
}

/** How a person is connected, or why not. */
function lineView(
  { pairing: { contacts } }: Readonly<PeerState>,
  connection: Connection | undefined,
  looked: PeerReach | undefined,
): Pick<Person, 'connected' | 'route' | 'reach' | 'rtt_ms'> {
  if (connection === undefined) {
    return { connected: false, ...(looked === undefined ? {} : { reach: reachView(looked, contacts) }) }
  }
  const { route, rttMs } = connection
  return {
    connected: true,
    route,
    reach: connectionView(connection, contacts),
    ...(rttMs === undefined ? {} : { rtt_ms: rttMs }),
  }
}

/** The trust and the cores that a person's commitment promises. */
function promiseView(
  { me }: Readonly<PeerState>,
  commitment: ComputeCommitment,
  { coresShared, nowMs }: PersonViewOptions,
): Pick<Person, 'trust_theirs' | 'shares_cores'> {
  const cores = coresShared(commitment, nowMs)
  return {
    trust_theirs: commitment.trust_weights[me] ?? 0,
    ...(cores === undefined ? {} : { shares_cores: cores }),
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

/** A slot's time and cores, read once: a commitment may have a thousand, and is looked at many times. */
interface ReadSlot {
  readonly startMs: number
  readonly endMs: number
  readonly cores: number
}

/**
 * Creates a reader for the cores that a contact's present slots add up to: undefined for none and for a stale
 * commitment. It remembers what it has read of commitments that are still around.
 */
export function createCoresReader(): PersonViewOptions['coresShared'] {
  const read = new WeakMap<ComputeCommitment, readonly ReadSlot[]>()
  return (commitment, nowMs) => {
    if (nowMs - toMs(commitment.timestamp) > STALE_AFTER_MS) return undefined
    const slots = read.get(commitment) ?? commitment.availability_slots.map(readSlot)
    read.set(commitment, slots)
    const current = slots.filter(({ startMs, endMs }) => startMs <= nowMs && nowMs < endMs)
    return current.length === 0 ? undefined : current.reduce((sum, { cores }) => sum + cores, 0)
  }
}

function readSlot({ start_time, end_time, resources }: AvailabilitySlot): ReadSlot {
  return { startMs: toMs(start_time), endMs: toMs(end_time), cores: resources.cpu_cores }
}
