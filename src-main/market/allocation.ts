import type { ComputeAllocationState, SlotAssignmentState, WorkAssignment } from '../protocol/assignment.ts'
import { unitId, type JobId, type PeerId } from '../protocol/ids.ts'
import { RESOURCE_DIMENSIONS, type ComputeResource } from '../protocol/resource.ts'
import type { AvailabilitySlot } from '../protocol/slot.ts'
import { toTimestamp } from '../protocol/time.ts'
import type { VectorClock } from '../protocol/vector-clock.ts'
import { slotFacts } from './compatibility.ts'
import { demandOf } from './demand.ts'
import { jobsOf, type Job, type OpenWork } from './open-work.ts'
import { placeClass, placementClasses, type Planning } from './placement.ts'
import { leastDemand, slotFloor } from './slot-floor.ts'
import { emptyProfile, release, take } from './slot-profile.ts'
import type { Tier } from './trust.ts'
import { utilizationOf, type SlotUtilization } from './utilization.ts'
import type { PlannedSlot } from './work-kind.ts'

export type { OpenWork } from './open-work.ts'

/** Time and resources of a slot that awarded units take, queued or running. */
export interface Reservation {
  readonly slotId: string
  readonly startMs: number
  readonly endMs: number
  readonly resources: ComputeResource
}

/** `count` consecutive units from `first` on, to be computed one after the other in a slot. */
export interface PlannedOffer {
  readonly slotId: string
  readonly tier: Tier
  readonly requester: PeerId
  readonly jobId: JobId
  readonly first: number
  readonly count: number
  readonly startMs: number
  readonly endMs: number
  /** Taken all the time from start to end: what one unit needs. */
  readonly resources: ComputeResource
}

/** What `allocate` decides from. */
export interface AllocationInput {
  readonly nowMs: number
  readonly peer: PeerId
  readonly slots: readonly AvailabilitySlot[]
  readonly work: readonly OpenWork[]
  readonly reservations: readonly Reservation[]
  /** The other active providers. */
  readonly rivals: readonly PeerId[]
  /** The share, from 0 to 1, of what fits that is offered; one block is always offered. */
  readonly damping: number
  readonly offersMax: number
  /** Offers start within this time. */
  readonly horizonMs: number
  /** About how much work is offered as one block. */
  readonly blockMs: number
}

/** A peer's offers, the most wanted first, and how full its slots are with them. */
export interface AllocationPlan {
  readonly offers: readonly PlannedOffer[]
  readonly utilization: readonly SlotUtilization[]
}

/**
 * Matches open work to a peer's slots: the seed's two-tier assignment (document 000), packed in time as well as in
 * resources.
 *
 * All of tier 1 comes before tier 2; within a tier higher trust comes first, then higher priority, then nearer data.
 * Equals take turns, and each peer begins with the units for which its rendezvous rank is within their redundancy.
 * Work that cannot end by its deadline is offered last in its tier. A unit goes where it ends first.
 *
 * No slot exceeds its resources at any instant, reservations included; slots that overlap in time own their
 * resources each. No unit is offered twice. The plan does not depend on the order of slots, work, reservations or
 * rivals.
 */
export function allocate(input: AllocationInput): AllocationPlan {
  const jobs = jobsOf(input.work, input.peer, input.rivals, input.blockMs)
  const planning: Planning = { input, slots: plannedSlots(input, jobs), offers: [] }
  const classes = placementClasses(jobs, planning)
  for (const tier of [1, 2] as const) {
    const ofTier = classes.filter((c) => c.tier === tier)
    for (const one of ofTier) placeClass(one, planning, true)
    for (const one of ofTier) placeClass(one, planning, false)
  }
  const offers = damped(planning)
  return { offers, utilization: utilizationOf(planning.slots) }
}

/** The slots that are not over, the eagerest first, without what is reserved in them. */
function plannedSlots({ slots, nowMs, reservations }: AllocationInput, jobs: readonly Job[]): PlannedSlot[] {
  const demands = jobs.map(({ work }) => demandOf(work.template.required_resources))
  const least = leastDemand(demands, RESOURCE_DIMENSIONS.length)
  const ordered = [...slots].sort((a, b) => b.priority - a.priority || (a.slot_id < b.slot_id ? -1 : 1))
  const planned = ordered.map((slot, order) => {
    const facts = slotFacts(slot)
    const profile = emptyProfile(facts.capacity, Math.max(nowMs, facts.startMs), facts.endMs)
    return { facts, order, profile, floor: slotFloor(profile, least) }
  })
  const byId = new Map(planned.map((slot) => [slot.facts.slot.slot_id, slot]))
  for (const { slotId, resources, startMs, endMs } of reservations) {
    const slot = byId.get(slotId)
    if (slot !== undefined) take(slot.profile, demandOf(resources), startMs, endMs)
  }
  return planned
}

/** The part of the plan that damping leaves: the first offers, up to its share of all the work placed. */
function damped({ input, slots, offers }: Planning): readonly PlannedOffer[] {
  if (input.damping >= 1) return offers
  const workOf = (offer: PlannedOffer): number => offer.endMs - offer.startMs
  const share = Math.max(0, input.damping) * offers.reduce((sum, offer) => sum + workOf(offer), 0)
  let kept = 0
  let workKept = 0
  for (const offer of offers) {
    workKept += workOf(offer)
    if (kept > 0 && workKept > share) break
    kept++
  }
  const profiles = new Map(slots.map(({ facts, profile }) => [facts.slot.slot_id, profile]))
  for (const { slotId, resources, startMs, endMs } of offers.slice(kept)) {
    const profile = profiles.get(slotId)
    if (profile !== undefined) release(profile, demandOf(resources), startMs, endMs)
  }
  return offers.slice(0, kept)
}

/**
 * A plan in its published form: the slots in which something is offered, by id, with an entry for each block of units.
 * Times are rounded outwards to whole milliseconds.
 */
export function toAllocationState(
  plan: AllocationPlan,
  about: {
    readonly peer: PeerId
    readonly slots: readonly AvailabilitySlot[]
    readonly nowMs: number
    readonly clock: VectorClock
  },
): ComputeAllocationState {
  const timestamp = toTimestamp(about.nowMs)
  const bySlot = new Map<string, { tier: Tier; assignment: WorkAssignment }[]>()
  plan.offers.forEach((offer, position) => {
    const assignment: WorkAssignment = {
      assignment_id: `${about.nowMs}-${position}`,
      work_unit_id: unitId(offer.jobId, offer.first),
      assigned_to_peer: about.peer,
      assigned_by_peer: offer.requester,
      slot_id: offer.slotId,
      expected_start: toTimestamp(Math.floor(offer.startMs)),
      expected_end: toTimestamp(Math.ceil(offer.endMs)),
      resources_allocated: offer.resources,
      verification_role: 'primary',
      timestamp,
      unit_count: offer.count,
    }
    const inSlot = bySlot.get(offer.slotId)
    if (inSlot === undefined) bySlot.set(offer.slotId, [{ tier: offer.tier, assignment }])
    else inSlot.push({ tier: offer.tier, assignment })
  })
  const use = new Map(plan.utilization.map((slot) => [slot.slotId, slot]))
  const slots = [...about.slots].sort((a, b) => (a.slot_id < b.slot_id ? -1 : 1))
  return {
    peer_id: about.peer,
    slot_assignments: slots.flatMap((slot): SlotAssignmentState[] => {
      const placed = bySlot.get(slot.slot_id)
      if (placed === undefined) return []
      return [
        {
          slot_id: slot.slot_id,
          available_resources: slot.resources,
          tier1_assignments: placed.filter(({ tier }) => tier === 1).map(({ assignment }) => assignment),
          tier2_assignments: placed.filter(({ tier }) => tier === 2).map(({ assignment }) => assignment),
          total_allocated_resources: use.get(slot.slot_id)?.peak ?? { cpu_cores: 0, ram_gb: 0 },
          utilization_percent: use.get(slot.slot_id)?.percent ?? 0,
        },
      ]
    }),
    total_work_units_assigned: plan.offers.reduce((sum, offer) => sum + offer.count, 0),
    timestamp,
    vector_clock: about.clock,
  }
}
