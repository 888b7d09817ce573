import type { ComputeAllocationState, SlotAssignmentState, WorkAssignment } from '../protocol/assignment.ts'
import { unitId, type PeerId } from '../protocol/ids.ts'
import { RESOURCE_DIMENSIONS, amount, type ComputeResource } from '../protocol/resource.ts'
import type { AvailabilitySlot } from '../protocol/slot.ts'
import { toTimestamp } from '../protocol/time.ts'
import type { VectorClock } from '../protocol/vector-clock.ts'
import type { PlannedOffer } from './allocation.ts'

/** Who publishes offers, and when. */
interface About {
  readonly peer: PeerId
  readonly slots: readonly AvailabilitySlot[]
  readonly nowMs: number
  readonly clock: VectorClock
}

/**
 * Offers in their published form: the slots in which something is offered, by id, with an entry for each job. Times are
 * rounded outwards to whole milliseconds.
 */
export function toAllocationState(offers: readonly PlannedOffer[], about: About): ComputeAllocationState {
  const slots = [...about.slots].sort((a, b) => (a.slot_id < b.slot_id ? -1 : 1))
  return {
    peer_id: about.peer,
    slot_assignments: slots.flatMap((slot): SlotAssignmentState[] => {
      const inSlot = offers.filter(({ slotId }) => slotId === slot.slot_id)
      if (inSlot.length === 0) return []
      const ofTier = (wanted: number): WorkAssignment[] =>
        inSlot
          .filter(({ tier }) => tier === wanted)
          .map((offer) => entryOf(offer, offers.indexOf(offer), about))
      const used = usedBy(inSlot, slot.resources)
      return [
        {
          slot_id: slot.slot_id,
          available_resources: slot.resources,
          tier1_assignments: ofTier(1),
          tier2_assignments: ofTier(2),
          total_allocated_resources: used,
          utilization_percent: percentOf(used, slot.resources),
        },
      ]
    }),
    total_work_units_assigned: offers.reduce((sum, { units }) => sum + units, 0),
    timestamp: toTimestamp(about.nowMs),
    vector_clock: about.clock,
  }
}

function entryOf(offer: PlannedOffer, position: number, { peer, nowMs }: About): WorkAssignment {
  return {
    assignment_id: `${nowMs}-${position}`,
    work_unit_id: unitId(offer.jobId, offer.begin),
    assigned_to_peer: peer,
    assigned_by_peer: offer.requester,
    slot_id: offer.slotId,
    expected_start: toTimestamp(Math.floor(offer.startMs)),
    expected_end: toTimestamp(Math.ceil(offer.endMs)),
    resources_allocated: offer.resources,
    verification_role: 'primary',
    timestamp: toTimestamp(nowMs),
    unit_count: offer.units,
    concurrency: offer.lanes,
    unit_seconds: offer.unitMs / 1_000,
  }
}

/** The resources of all lanes together; jobs that share lanes by turns take no more than there is. */
function usedBy(offers: readonly PlannedOffer[], slot: ComputeResource): ComputeResource {
  const used: ComputeResource = { cpu_cores: 0, ram_gb: 0 }
  for (const dimension of RESOURCE_DIMENSIONS) {
    if (slot[dimension] === undefined) continue
    const sum = offers.reduce(
      (total, { lanes, resources }) => total + lanes * amount(resources, dimension),
      0,
    )
    used[dimension] = Math.min(sum, amount(slot, dimension))
  }
  return used
}

function percentOf(used: ComputeResource, slot: ComputeResource): number {
  const shares = RESOURCE_DIMENSIONS.map((d) => (amount(slot, d) > 0 ? amount(used, d) / amount(slot, d) : 0))
  return Math.min(100, 100 * Math.max(...shares))
}
