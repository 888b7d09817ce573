import type { DurableEvent } from '../../peer/event.ts'
import { isPausedByUser } from '../../peer/shared-slots.ts'
import { unitsOfOthers } from '../../peer/sharing-view.ts'
import { holdingKey, type JobState, type PeerState } from '../../peer/state.ts'
import { trustOf } from '../../peer/trust.ts'
import { bookOf } from '../../peer/unit-book.ts'
import type { ComputeAllocationState } from '../../protocol/assignment.ts'
import { unitOrigin, type JobId, type PeerId } from '../../protocol/ids.ts'
import { amount, RESOURCE_DIMENSIONS } from '../../protocol/resource.ts'
import { hold } from './broken.ts'
import type { Message } from '../message.ts'
import type { Process, WorldEffect } from '../process/process.ts'

/** Amounts are decimal fractions; differences below this are rounding. */
const AMOUNT_TOLERANCE = 1e-6

/** Follows what every provider takes on, runs and promises. */
export interface ProviderAudit {
  turned(state: PeerState, durable: readonly DurableEvent[]): void
  effect(process: Process, effect: WorldEffect): void
  starting(process: Process, requester: PeerId, job: JobId, unit: number, running: number): void
  taken(process: Process, from: PeerId, message: Message): void
  restarted(state: PeerState): void
}

/** Creates the audit of all providers; `coresOf` says how many cores a machine has. */
export function createProviderAudit(coresOf: (peer: PeerId) => number): ProviderAudit {
  /** Units whose award was acknowledged, by provider and holding: they must survive whatever happens. */
  const promised = new Map<PeerId, Map<string, Map<number, number>>>()
  /** Results whose taking was acknowledged, by requester: `provider/job/unit/attempt`. */
  const accepted = new Map<PeerId, Set<string>>()
  /** The names of all awards: a refusal or a reply must mean one of them only. */
  const awardIds = new Set<string>()
  /** The most that each provider has ever offered at a time, by `requester/job`. */
  const offered = new Map<PeerId, Map<string, number>>()

  function checkOffers({ me }: Process, { slot_assignments }: ComputeAllocationState): void {
    const most = offered.get(me) ?? new Map<string, number>()
    offered.set(me, most)
    const now = new Map<string, number>()
    for (const slot of slot_assignments) {
      for (const dimension of RESOURCE_DIMENSIONS) {
        const used = amount(slot.total_allocated_resources, dimension)
        const free = amount(slot.available_resources, dimension)
        hold(
          'S9',
          used <= free + AMOUNT_TOLERANCE,
          () => `${me.slice(-6)} offers ${used} ${dimension} of ${free}`,
        )
      }
      for (const offer of [...slot.tier1_assignments, ...slot.tier2_assignments]) {
        const key = `${offer.assigned_by_peer}/${unitOrigin(offer.work_unit_id).job}`
        now.set(key, (now.get(key) ?? 0) + (offer.unit_count ?? 1))
      }
    }
    for (const [key, units] of now) most.set(key, Math.max(units, most.get(key) ?? 0))
  }

  function checkAwards(state: PeerState, event: DurableEvent & { kind: 'awards-issued' }): void {
    for (const { award_id, peer, job_id, units } of event.awards) {
      const named = `${state.me}/${award_id}`
      hold('S3', !awardIds.has(named), () => `${named} names two awards`)
      awardIds.add(named)
      const known = peer === state.me || state.contacts.has(peer)
      hold('S11', known, () => `${state.me.slice(-6)} awards ${job_id} to a stranger`)
      // Nobody hears what a peer offers to its own jobs; who has a result already needs no capacity to say so.
      const job = state.jobs.get(job_id)
      const offers = offered.get(peer)
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
  }

  return {
    turned(state, durable) {
      for (const event of durable) {
        if (event.kind === 'awards-issued') checkAwards(state, event)
        if (event.kind === 'settled') promised.get(state.me)?.delete(holdingKey(event.from, event.job_id))
        if (event.kind === 'hand-back-delivered') {
          const units = promised.get(state.me)?.get(holdingKey(event.requester, event.job_id))
          for (const { unit_index, attempt } of event.units) {
            if (units?.get(unit_index) === attempt) units.delete(unit_index)
          }
        }
        if (event.kind === 'withdrawn') {
          const units = promised.get(state.me)?.get(holdingKey(event.from, event.job_id))
          for (const unit of event.units ?? [...(units?.keys() ?? [])]) units?.delete(unit)
        }
      }
      for (const { requester } of state.holdings.values()) {
        const trusted = trustOf(state, requester) > 0
        hold('S1', trusted, () => `${state.me.slice(-6)} holds units of untrusted ${requester.slice(-6)}`)
      }
      const nowMs = durable.at(-1)?.at_ms
      if (nowMs === undefined || !isPausedByUser(state, nowMs) || state.pause?.finishFirst !== false) return
      hold('S16', unitsOfOthers(state) === 0, () => `${state.me.slice(-6)} pauses, and holds others' units`)
    },
    effect(process, effect) {
      if (effect.kind === 'publish-allocation' && process.character.kind === 'honest') {
        checkOffers(process, effect.allocation)
      }
    },
    starting({ me, state }, requester, job, unit, running) {
      const trusted = trustOf(state, requester) > 0
      hold('S1', trusted, () => `${me.slice(-6)} runs ${job}:${unit} of untrusted ${requester.slice(-6)}`)
      const held = state.holdings.get(holdingKey(requester, job))?.units.get(unit)
      hold(
        'S9',
        held?.status.state === 'queued',
        () => `${me.slice(-6)} runs ${job}:${unit}, which it does not hold`,
      )
      hold('S9', running <= coresOf(me), () => `${me.slice(-6)} runs ${running} units`)
    },
    taken({ me, state }, from, message) {
      if (message.kind === 'award') {
        const holdings = promised.get(me) ?? new Map<string, Map<number, number>>()
        promised.set(me, holdings)
        const key = holdingKey(from, message.award.job_id)
        if (!state.holdings.has(key)) return
        const units = holdings.get(key) ?? new Map<number, number>()
        holdings.set(key, units)
        for (const { unit_index, attempt } of message.award.units) {
          if (state.holdings.get(key)?.units.has(unit_index) === true) units.set(unit_index, attempt)
        }
      }
      if (message.kind === 'results') {
        const results = accepted.get(me) ?? new Set<string>()
        accepted.set(me, results)
        const units = state.jobs.get(message.job)?.units
        for (const { unit_index, attempt } of message.receipts) {
          // Who forges receipts may guess an attempt that is still to be made: that one is not answered by it.
          const made = units?.get(unit_index)?.attempts.some((a) => a.peer === from && a.attempt === attempt)
          if (made === true) results.add(`${from}/${message.job}/${unit_index}/${attempt}`)
        }
      }
    },
    restarted(state) {
      for (const [key, units] of promised.get(state.me) ?? []) {
        const holding = state.holdings.get(key)
        for (const [unit, attempt] of units) {
          const kept = (holding?.units.get(unit)?.attempt ?? 0) >= attempt
          const left = holding === undefined && !trusts(state, key)
          hold('S8', kept || left, () => `${state.me.slice(-6)} lost unit ${unit} of ${key} in a crash`)
        }
      }
      for (const result of accepted.get(state.me) ?? []) {
        const [provider, job, unit, attempt] = result.split('/')
        const attempts = state.jobs.get(job as JobId)?.units.get(Number(unit))?.attempts ?? []
        const waits = attempts.some(
          (a) => a.peer === provider && a.attempt === Number(attempt) && a.status.state === 'awarded',
        )
        hold('S8', !waits, () => `${state.me.slice(-6)} lost the results ${result} in a crash`)
      }
    },
  }
}

/** Whether a peer had an earlier attempt of a unit. */
function wasGivenBefore(job: JobState, unit: number, peer: PeerId): boolean {
  return (job.units.get(unit)?.attempts.filter((attempt) => attempt.peer === peer).length ?? 0) > 1
}

/** Whether this peer still trusts the requester in a holding's key. */
function trusts(state: PeerState, key: string): boolean {
  return trustOf(state, key.slice(0, key.indexOf('/')) as PeerId) > 0
}
