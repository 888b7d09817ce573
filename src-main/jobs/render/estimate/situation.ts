import { ownWorkAhead, requestersAt } from '../../../peer/requester/forecast.ts'
import { RATE_UNKNOWN_BYTES_PER_S } from '../../../peer/provider/fetching.ts'
import { activeCommitments, trustOf } from '../../../peer/pairing/trust.ts'
import { slotsForOwn } from '../../../peer/sharing/shared-slots.ts'
import type { PeerState } from '../../../peer/state.ts'
import { renderRules } from '../../../protocol/job-kinds/render.ts'
import type { PeerId } from '../../../protocol/ids.ts'
import type { AlgorithmCapability, AvailabilitySlot } from '../../../protocol/slot.ts'
import { toMs } from '../../../protocol/time.ts'

/** Memory of one unit of a usual scene, in GB: a peer that lends less per core renders on fewer cores. */
const USUAL_UNIT_RAM_GB = 0.3

/** A peer that could render now; this one too. */
export interface EstimatedPeer {
  readonly peer: PeerId
  /** Cores that work at once. */
  readonly cores: number
  /** Speed of one, as a share of the reference machine's. */
  readonly score: number
  /** Requesters that it works for besides this one. */
  readonly requesters: number
  /** Bytes a second that the scene comes there with; absent for this peer, which has it. */
  readonly bytesPerS?: number
  /** Of this peer alone: cores that other programs keep busy, as they were measured last. */
  readonly busyCores?: number
}

/** What is known, at one moment, of the peers and the work that a render would meet. */
export interface RenderSituation {
  /** Speed of one core here; that of the reference machine before it is measured. */
  readonly ownScore: number
  readonly peers: readonly EstimatedPeer[]
  /** Work of own jobs that are running, in milliseconds of one core of the reference machine. */
  readonly aheadMs: number
}

/** The situation of a peer that would have something rendered now, of which a unit needs `unitRamGb` of memory. */
export function renderSituation(
  state: Readonly<PeerState>,
  nowMs: number,
  unitRamGb = USUAL_UNIT_RAM_GB,
): RenderSituation {
  return {
    ownScore: state.view.capabilities.find(isRenderer)?.performance_score ?? 1,
    peers: renderPeers(state, nowMs, unitRamGb),
    aheadMs: ownWorkAhead(state, nowMs),
  }
}

/** The peers that would render for this one at this moment, itself included. */
function renderPeers(state: Readonly<PeerState>, nowMs: number, unitRamGb: number): EstimatedPeer[] {
  const own = bestIn(slotsForOwn(state, nowMs), nowMs, unitRamGb)
  const rate = Math.min(RATE_UNKNOWN_BYTES_PER_S, state.sharing.limits.upload_bytes_per_s ?? Infinity)
  const others = activeCommitments(state, nowMs)
    .filter(({ peer_id, trust_weights }) => mayHaveWork(state, peer_id) && (trust_weights[state.me] ?? 0) > 0)
    .flatMap((commitment): EstimatedPeer[] => {
      const peer = commitment.peer_id
      const found = bestIn(commitment.availability_slots, nowMs, unitRamGb)
      if (found === undefined) return []
      const requesters = requestersAt(state, commitment, nowMs)
      return [{ peer, ...found, requesters, bytesPerS: measuredRate(state, peer) ?? rate }]
    })
  if (own === undefined) return others
  return [{ peer: state.me, ...own, requesters: 0, ...busyCores(state, own.cores) }, ...others]
}

/** Whether this peer would give a peer a unit: it trusts it, and they are connected. */
function mayHaveWork(state: Readonly<PeerState>, peer: PeerId): boolean {
  return state.view.connected.has(peer) && trustOf(state, peer) > 0
}

/** The rate of the line to a peer, in the direction in which it was measured. */
function measuredRate({ view }: Readonly<PeerState>, peer: PeerId): number | undefined {
  return view.fetching?.rates.get(peer)
}

function busyCores({ view }: Readonly<PeerState>, cores: number): { readonly busyCores?: number } {
  const { cpu_percent_total: total, cpu_percent_own: own = 0 } = view.sample
  return total === undefined ? {} : { busyCores: (cores * Math.max(0, total - own)) / 100 }
}

function bestIn(
  slots: readonly AvailabilitySlot[],
  nowMs: number,
  unitRamGb: number,
): { readonly cores: number; readonly score: number } | undefined {
  const found = slots.flatMap((slot) => rendererIn(slot, nowMs, unitRamGb) ?? [])
  const [best] = found.sort((a, b) => b.cores * b.score - a.cores * a.score)
  return best
}

function rendererIn(
  slot: AvailabilitySlot,
  nowMs: number,
  unitRamGb: number,
): { readonly cores: number; readonly score: number } | undefined {
  if (nowMs < toMs(slot.start_time) || nowMs >= toMs(slot.end_time)) return undefined
  const score = slot.algorithms.find(isRenderer)?.performance_score
  const { cpu_cores, ram_gb } = slot.resources
  const cores = Math.min(Math.floor(cpu_cores), Math.floor(ram_gb / unitRamGb))
  return score === undefined ? undefined : { cores, score }
}

/** Whether a capability is that of rendering units of this version. */
export function isRenderer({ algorithm_id, version, supported }: AlgorithmCapability): boolean {
  return supported && algorithm_id === renderRules.id && version === renderRules.version
}
