import type { DurableEvent } from '../../peer/event.ts'
import type { JobState } from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { bookOf } from '../../peer/requester/unit-book.ts'
import type { ComputeAllocationState } from '../../protocol/assignment.ts'
import { unitOrigin, type PeerId } from '../../protocol/ids.ts'
import { amount, RESOURCE_DIMENSIONS } from '../../protocol/resource.ts'
import { hold } from './broken.ts'

/** Amounts are decimal fractions; differences below this are rounding. */
const AMOUNT_TOLERANCE = 1e-6

/** Compares the awards that requesters issue with the offers that providers published. */
export interface AwardAudit {
  /** A provider publishes its offers. */
  offered(provider: PeerId, allocation: ComputeAllocationState): void
  /** A requester has issued awards. */
  issued(requester: PeerState, event: DurableEvent & { kind: 'awards-issued' }): void
}

/** Creates the audit of all awards in a world. */
export function createAwardAudit(): AwardAudit {
  /** The names of all awards: a refusal or a reply must mean one of them only. */
  const awardIds = new Set<string>()
  /** The most that each provider has ever offered at a time, by `requester/job`. */
  const offersOf = new Map<PeerId, Map<string, number>>()
  return {
    offered(provider, allocation) {
      checkCapacity(provider, allocation)
      const most = offersOf.get(provider) ?? new Map<string, number>()
      offersOf.set(provider, most)
      for (const [key, units] of unitsOffered(allocation)) most.set(key, Math.max(units, most.get(key) ?? 0))
    },
    issued(state, event) {
      for (const { award_id, peer, job_id, units } of event.awards) {
        const named = `${state.me}/${award_id}`
        hold('S3', !awardIds.has(named), () => `${named} names two awards`)
        awardIds.add(named)
        const known = peer === state.me || state.pairing.contacts.has(peer)
        hold('S11', known, () => `${state.me.slice(-6)} awards ${job_id} to a stranger`)
        // A peer does not publish offers to its own jobs; a provider that has a result already needs no capacity.
        const job = state.requester.jobs.get(job_id)
        const offers = offersOf.get(peer)
        if (offers === undefined || peer === state.me || job === undefined) continue
        const asksReady = units.every(({ unit_index }) => wasGivenBefore(job, unit_index, peer))
        const most = offers.get(`${state.me}/${job_id}`) ?? 0
        const held = bookOf(job).atWork.get(peer)?.size ?? 0
        hold(
          'S11',
          asksReady || held <= most,
          () => `${peer.slice(-6)} offered ${most} of ${job_id}, and has ${held}`,
        )
      }
    },
  }
}

/** Checks that a provider offers no more than it has. @throws Broken */
function checkCapacity(provider: PeerId, { slot_assignments }: ComputeAllocationState): void {
  for (const slot of slot_assignments) {
    for (const dimension of RESOURCE_DIMENSIONS) {
      const used = amount(slot.total_allocated_resources, dimension)
      const free = amount(slot.available_resources, dimension)
      hold(
        'S9',
        used <= free + AMOUNT_TOLERANCE,
        () => `${provider.slice(-6)} offers ${used} ${dimension} of ${free}`,
      )
    }
  }
}

/** The units that an allocation offers to each `requester/job`. */
function unitsOffered({ slot_assignments }: ComputeAllocationState): Map<string, number> {
  const offered = new Map<string, number>()
  for (const slot of slot_assignments) {
    for (const offer of [...slot.tier1_assignments, ...slot.tier2_assignments]) {
      const key = `${offer.assigned_by_peer}/${unitOrigin(offer.work_unit_id).job}`
      offered.set(key, (offered.get(key) ?? 0) + (offer.unit_count ?? 1))
    }
  }
  return offered
}

/** Whether a peer had an earlier attempt of a unit. */
function wasGivenBefore(job: JobState, unit: number, peer: PeerId): boolean {
  return (job.units.get(unit)?.attempts.filter((attempt) => attempt.peer === peer).length ?? 0) > 1
}
