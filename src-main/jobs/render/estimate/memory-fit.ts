import { SMALLER_PEERS_MAX, type SmallerPeer } from '#contract'
import { activeCommitments, trustOf } from '../../../peer/pairing/trust.ts'
import { slotsForOwn } from '../../../peer/sharing/shared-slots.ts'
import type { PeerState } from '../../../peer/state.ts'
import { refuse } from '../../../protocol/fault.ts'
import type { PeerId } from '../../../protocol/ids.ts'
import { workerGbOf } from '../../../protocol/job-kinds/job-kind.ts'
import type { AvailabilitySlot } from '../../../protocol/slot.ts'
import { toMs } from '../../../protocol/time.ts'
import { PAGE_BYTES } from '../../../protocol/unit-limits.ts'
import { isRenderer } from './situation.ts'

/** The memory that a unit needs, compared with what peers lend one. */
export interface MemoryFit {
  /** Peers that share now and lend a unit less, the one that lends most first. */
  readonly smaller: readonly SmallerPeer[]
  /** Whether everybody who might help is known to lend less, at any time, this peer included. */
  readonly fitsNowhere: boolean
}

/** A trusted peer, or this one, and the slots that it published last. */
interface Lender {
  readonly peer_id: PeerId
  readonly name: string
  readonly is_self: boolean
  readonly slots: readonly AvailabilitySlot[]
}

/**
 * Compares the memory that a unit of a render needs, in GB, with what peers lend. A trusted contact of which nothing is known
 * that it would lend, and a PC that is not measured yet, may lend enough.
 */
export function memoryFit(state: Readonly<PeerState>, needGb: number, nowMs: number): MemoryFit {
  const lenders = [...lendersOf(state, nowMs)]
  const smaller = lenders.flatMap(({ slots, ...who }) => {
    const lentGb = lentTo(slots.filter((slot) => isNow(slot, nowMs)))
    return lentGb === undefined || lentGb >= needGb ? [] : [{ ...who, ram_gb: lentGb }]
  })
  return {
    smaller: smaller.sort((a, b) => b.ram_gb - a.ram_gb).slice(0, SMALLER_PEERS_MAX),
    fitsNowhere: lenders.every(({ slots }) => (lentTo(slots) ?? Infinity) < needGb),
  }
}

/** @throws FaultError `quota-exceeded` for a unit that fits nowhere, with who lends how much */
export function mustFitSomewhere(state: Readonly<PeerState>, needGb: number, nowMs: number): void {
  const { smaller, fitsNowhere } = memoryFit(state, needGb, nowMs)
  if (!fitsNowhere) return
  const lent = smaller.map(
    ({ name, is_self, ram_gb }) => `${is_self ? 'this PC' : name} lends ${inWords(ram_gb)}`,
  )
  const who = lent.length === 0 ? '' : ` (${lent.join(', ')})`
  const remedy = 'lend more memory, or make the scene smaller'
  refuse(
    'quota-exceeded',
    `each unit needs ${inWords(needGb)} of memory, more than anybody lends${who}: ${remedy}`,
  )
}

function inWords(gb: number): string {
  return `${Number(gb.toFixed(2))} GB`
}

/** This peer and its trusted contacts; of those who are gone, what they said last. */
function* lendersOf(state: Readonly<PeerState>, nowMs: number): Generator<Lender, void, void> {
  const here = new Set(activeCommitments(state, nowMs).map(({ peer_id }) => peer_id))
  yield { peer_id: state.me, name: state.name, is_self: true, slots: slotsForOwn(state, nowMs) }
  for (const { peer_id, name } of state.pairing.contacts.values()) {
    if (trustOf(state, peer_id) === 0) continue
    const isHere = here.has(peer_id) && state.view.connected.has(peer_id)
    const slots = state.view.commitments.get(peer_id)?.availability_slots ?? []
    yield { peer_id, name, is_self: false, slots: isHere ? slots : slots.map(later) }
  }
}

/** A slot of a peer that is gone: it lends nothing now, and as much as it said at another time. */
function later(slot: AvailabilitySlot): AvailabilitySlot {
  return { ...slot, start_time: slot.end_time }
}

function isNow({ start_time, end_time }: AvailabilitySlot, nowMs: number): boolean {
  return toMs(start_time) <= nowMs && nowMs < toMs(end_time)
}

/** The most memory, in GB, that one of the slots lends a unit of a render; undefined where none renders. */
function lentTo(slots: readonly AvailabilitySlot[]): number | undefined {
  const lent = slots.flatMap(({ algorithms, resources }) => {
    const renderer = algorithms.find(isRenderer)
    if (renderer === undefined) return []
    const pages = renderer.lent?.memory_pages
    return [Math.min(resources.ram_gb, pages === undefined ? Infinity : workerGbOf(pages * PAGE_BYTES))]
  })
  return lent.length === 0 ? undefined : Math.max(...lent)
}
