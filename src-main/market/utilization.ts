import type { ComputeResource } from '../protocol/resource.ts'
import { resourceOf } from './demand.ts'
import { peakUse } from './slot-profile.ts'
import type { PlannedSlot } from './work-kind.ts'

/** How full a slot is, with offers and reservations, at its fullest moment from now on. */
export interface SlotUtilization {
  readonly slotId: string
  readonly peak: ComputeResource
  /** The peak's share of the slot in the fullest dimension, from 0 to 100; 0 for a slot that has nothing. */
  readonly percent: number
}

/** The utilization of every slot. Reservations beyond a slot's resources count as full, not more. */
export function utilizationOf(slots: readonly PlannedSlot[]): SlotUtilization[] {
  return slots.map(({ facts, profile }) => {
    const peak = peakUse(profile)
    const shares = facts.capacity.map((capacity, d) => (capacity > 0 ? (peak[d] ?? 0) / capacity : 0))
    return {
      slotId: facts.slot.slot_id,
      peak: resourceOf(peak, facts.slot.resources),
      percent: Math.min(100, 100 * Math.max(...shares)),
    }
  })
}
