import { slotsForOwn } from '../../peer/sharing/shared-slots.ts'
import type { PeerState } from '../../peer/state.ts'
import { activeCommitments } from '../../peer/pairing/trust.ts'
import type { AlgorithmCapability, AvailabilitySlot } from '../../protocol/slot.ts'
import { toMs } from '../../protocol/time.ts'
import { renderRules } from '../../protocol/job-kinds/render.ts'
import type { EstimatedPeer } from './estimate.ts'

/** Memory of one unit of a usual scene, in GB: a peer that lends less per core renders on fewer cores. */
const UNIT_RAM_GB = 0.3

/** The peers that would render for this one at this moment, itself included. */
export function renderPeers(state: Readonly<PeerState>, nowMs: number): EstimatedPeer[] {
  const others = activeCommitments(state, nowMs)
    .filter((commitment) => (commitment.trust_weights[state.me] ?? 0) > 0)
    .map((commitment) => commitment.availability_slots)
  return [slotsForOwn(state, nowMs), ...others].flatMap((slots) => {
    const found = slots.flatMap((slot) => rendererIn(slot, nowMs) ?? [])
    const [best] = found.sort((a, b) => b.cores * b.score - a.cores * a.score)
    return best ?? []
  })
}

/** Speed of one core here; that of the reference machine before it is measured. */
export function ownRenderScore(state: Readonly<PeerState>): number {
  return state.view.capabilities.find(isRenderer)?.performance_score ?? 1
}

function rendererIn(slot: AvailabilitySlot, nowMs: number): EstimatedPeer | undefined {
  if (nowMs < toMs(slot.start_time) || nowMs >= toMs(slot.end_time)) return undefined
  const score = slot.algorithms.find(isRenderer)?.performance_score
  const { cpu_cores, ram_gb } = slot.resources
  const cores = Math.min(Math.floor(cpu_cores), Math.floor(ram_gb / UNIT_RAM_GB))
  return score === undefined ? undefined : { cores, score }
}

function isRenderer({ algorithm_id, version, supported }: AlgorithmCapability): boolean {
  return supported && algorithm_id === renderRules.id && version === renderRules.version
}
