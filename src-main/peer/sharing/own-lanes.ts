import { capacityOf, demandOf, lanesIn } from '../../market/demand.ts'
import type { ComputeResource } from '../../protocol/resource.ts'
import type { PeerState } from '../state.ts'
import { slotAt, slotsForOwn } from './shared-slots.ts'

/** How many units of an own job run here at once, by what this machine has; undefined before it is measured. */
export function ownLanes(state: PeerState, unit: ComputeResource, nowMs: number): number | undefined {
  const slot = slotAt(slotsForOwn(state, nowMs), nowMs)
  if (slot === undefined) return undefined
  const capacity = capacityOf(slot.resources)
  const lanes = lanesIn(demandOf(unit), capacity, capacity)
  return lanes > 0 ? lanes : undefined
}
