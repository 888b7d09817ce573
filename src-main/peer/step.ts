import { HEARTBEAT_MS } from '../protocol/limits.ts'
import type { ComputeAllocationState } from '../protocol/assignment.ts'
import type { ComputeCommitment } from '../protocol/commitment.ts'
import { learnAddresses, noteWorked } from './address-book.ts'
import { awardTo } from './awarding.ts'
import type { Effect } from './effect.ts'
import { isDurable, type DurableEvent, type PeerEvent, type VolatileEvent } from './event.ts'
import { pauseJob, resumeJob, setJobPriority } from './job-control.ts'
import { excuseLate, onTick } from './lateness.ts'
import { opensWork, planAllocation } from './matching.ts'
import { hearOffers, noteTurnaround } from './offers.ts'
import {
  acceptPairRequest,
  askPairing,
  awaitPairing,
  block,
  endPairRequest,
  receivePairRequest,
  tendPairRequests,
  unblock,
} from './pair-requests.ts'
import { forget, openInvite, pair, setTrust } from './pairing.ts'
import {
  endOverride,
  leave,
  overrideRule,
  pauseSharing,
  resumeSharing,
  sampleMachine,
  setRules,
  sharingOnTick,
} from './pausing.ts'
import {
  deliverResults,
  finishUnits,
  jobPrepared,
  recallUnits,
  receiveAward,
  resendResults,
  resumeHoldings,
  settleHolding,
  withdrawUnits,
} from './provider.ts'
import {
  cancelJob,
  issueAwards,
  loseAttempts,
  refuseAward,
  removeJob,
  resumeJobs,
  submitJob,
  takeBack,
} from './requester.ts'
import { missOutput, receiveResults, storeOutputs } from './results.ts'
import { forgetHandedBack, handBack, tellHandBacks } from './handing-back.ts'
import { holdingKey } from './provider/slice.ts'
import type { PeerState } from './state.ts'

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/**
 * One peer's brain: what an event changes, and what is to be done about it.
 *
 * Deterministic: no clock, dice or I/O; the same events in the same order give the same state and effects. Takes
 * over the state that it is given and returns it changed. A durable event never reads `state.view` to change the
 * durable part, so that replaying the journal alone rebuilds it (rule P2 of SPEC.md).
 */
export function step(state: PeerState, event: PeerEvent): { state: PeerState; effects: Effect[] } {
  return { state, effects: isDurable(event) ? onDurable(state, event) : onVolatile(state, event) }
}

/**
 * A step and all the decisions it records, each stepped in turn: what the runtime journals, then what it performs.
 * @returns the durable events in order (the given one included, if it is) and the effects in the world
 */
export function advance(
  state: PeerState,
  event: PeerEvent,
): { durable: DurableEvent[]; effects: Exclude<Effect, { kind: 'record' }>[] } {
  const durable: DurableEvent[] = []
  const effects: Exclude<Effect, { kind: 'record' }>[] = []
  const pending: PeerEvent[] = [event]
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    if (isDurable(next)) durable.push(next)
    const decided: DurableEvent[] = []
    for (const effect of step(state, next).effects) {
      if (effect.kind === 'record') decided.push(effect.event)
      else effects.push(effect)
    }
    // Events that follow from a decision are applied before the next decision, so that none is taken on an outdated
    // state.
    pending.unshift(...decided)
  }
  return { durable, effects }
}

function onDurable(state: PeerState, event: DurableEvent): Effect[] {
  switch (event.kind) {
    case 'started':
      return start(state, event.at_ms)
    case 'job-submitted':
      return submitJob(state, event)
    case 'job-cancelled':
      return cancelJob(state, event)
    case 'job-paused':
      return pauseJob(state, event)
    case 'job-resumed':
      return resumeJob(state, event)
    case 'job-priority-set':
      return setJobPriority(state, event)
    case 'job-removed':
      return removeJob(state, event)
    case 'awards-issued':
      return issueAwards(state, event)
    case 'award-refused':
      return refuseAward(state, event)
    case 'results-received':
      return receiveResults(state, event)
    case 'attempts-lost':
      return loseAttempts(state, event)
    case 'hand-back-received':
      return takeBack(state, event)
    case 'outputs-stored':
      return storeOutputs(state, event)
    case 'output-unavailable':
      return missOutput(state, event)
    case 'award-received':
      return receiveAward(state, event)
    case 'units-ran':
      return finishUnits(state, event)
    case 'results-delivered':
      return deliverResults(state, event)
    case 'units-handed-back':
      return handBack(state, event)
    case 'hand-back-delivered':
      return forgetHandedBack(state, event)
    case 'withdrawn':
      return withdrawUnits(state, event)
    case 'settled':
      return settleHolding(state, event)
    case 'named':
    case 'availability-set':
    case 'lending-set':
    case 'sharing-paused':
    case 'sharing-resumed':
    case 'rules-set':
    case 'limits-set':
    case 'rule-overridden':
    case 'override-ended':
      return onOwnSettings(state, event)
    default:
      return onPeople(state, event)
  }
}

/** After each start of the program: everything that may have been cut off is done again. */
function start(state: PeerState, atMs: number): Effect[] {
  state.epoch++
  state.view.startedAtMs = atMs
  return [
    { kind: 'contacts-changed' },
    { kind: 'commitment-changed' },
    ...resumeJobs(state, atMs),
    ...resumeHoldings(state, atMs),
    { kind: 'allocation-due' },
  ]
}

type OwnSettings = Of<
  | 'named'
  | 'availability-set'
  | 'lending-set'
  | 'sharing-paused'
  | 'sharing-resumed'
  | 'rules-set'
  | 'limits-set'
  | 'rule-overridden'
  | 'override-ended'
>

/** This peer's name, and when and how much it shares. */
function onOwnSettings(state: PeerState, event: OwnSettings): Effect[] {
  switch (event.kind) {
    case 'named':
      state.name = event.name
      return []
    case 'availability-set':
      state.sharing.availability = event.availability
      return [{ kind: 'commitment-changed' }, { kind: 'allocation-due' }]
    case 'lending-set':
      state.sharing.lent = event.limits
      return [{ kind: 'commitment-changed' }, { kind: 'allocation-due' }]
    case 'sharing-paused':
      return pauseSharing(state, event)
    case 'sharing-resumed':
      return resumeSharing(state)
    case 'rules-set':
      return setRules(state, event)
    case 'limits-set':
      state.sharing.limits = event.limits
      return [{ kind: 'commitment-changed' }, { kind: 'allocation-due' }]
    case 'rule-overridden':
      return overrideRule(state, event)
    case 'override-ended':
      return endOverride(state, event)
  }
}

type People = Of<
  | 'trust-set'
  | 'invited'
  | 'paired'
  | 'addresses-learned'
  | 'address-worked'
  | 'forgotten'
  | 'pair-requested'
  | 'pair-accepted'
  | 'pair-asked'
  | 'pair-ended'
  | 'blocked'
  | 'unblocked'
>

/** Contacts, pairing, and blocked peers. */
function onPeople(state: PeerState, event: People): Effect[] {
  switch (event.kind) {
    case 'trust-set':
      return setTrust(state, event)
    case 'invited':
      return openInvite(state, event)
    case 'paired':
      return pair(state, event)
    case 'addresses-learned':
      return learnAddresses(state, event)
    case 'address-worked':
      return noteWorked(state, event)
    case 'forgotten':
      return forget(state, event)
    case 'pair-requested':
      return receivePairRequest(state, event)
    case 'pair-accepted':
      return acceptPairRequest(state, event)
    case 'pair-asked':
      return awaitPairing(state, event)
    case 'pair-ended':
      return endPairRequest(state, event)
    case 'blocked':
      return block(state, event)
    case 'unblocked':
      return unblock(state, event)
  }
}

function onVolatile(state: PeerState, event: VolatileEvent): Effect[] {
  switch (event.kind) {
    case 'tick': {
      const repeat = event.at_ms - state.view.lastPublishedAtMs >= HEARTBEAT_MS
      return [
        ...sharingOnTick(state, event.at_ms),
        ...onTick(state, event.at_ms),
        ...tendPairRequests(state, event.at_ms),
        ...(repeat ? [{ kind: 'commitment-changed' } as const] : []),
      ]
    }
    case 'commitment':
      return hearCommitment(state, event.commitment, event.at_ms)
    case 'allocation':
      return hearAllocation(state, event.allocation, event.at_ms)
    case 'manifest':
      state.view.manifests.set(event.cid, event.manifest)
      return [{ kind: 'allocation-due' }]
    case 'manifest-missing':
      state.view.manifestsAsked.delete(event.cid)
      return []
    case 'connected':
      state.view.connected.add(event.peer)
      state.view.disconnectedAtMs.delete(event.peer)
      return [
        ...resendResults(state, event.at_ms, event.peer),
        ...tellHandBacks(state, event.at_ms, event.peer),
        ...askPairing(state, event.peer, event.at_ms),
      ]
    case 'pair-answered':
      return askPairing(state, event.peer, event.at_ms)
    case 'disconnected':
      state.view.connected.delete(event.peer)
      if (!state.pairing.contacts.has(event.peer)) return []
      state.view.disconnectedAtMs.set(event.peer, event.at_ms)
      return excuseLate(state, event.peer, event.at_ms)
    case 'allocate':
      return allocate(state, event.at_ms)
    case 'award-taken':
      noteTurnaround(state, event.peer, event.took_ms)
      return []
    case 'recalled':
      return recallUnits(state, event)
    case 'job-prepared':
      return jobPrepared(state, event)
    case 'capabilities-measured':
      state.view.capabilities = event.algorithms
      if (event.machine !== undefined) state.view.machine = event.machine
      return [{ kind: 'commitment-changed' }, { kind: 'allocation-due' }]
    case 'datasets-held':
      state.view.datasets = event.held
      return [{ kind: 'commitment-changed' }, { kind: 'allocation-due' }]
    case 'inputs-measured':
      state.view.fetching = { missing: event.missing, rates: event.rates }
      return [{ kind: 'allocation-due' }]
    case 'leaving':
      return leave(state, event.at_ms)
    case 'machine-sampled':
      return sampleMachine(state, event)
  }
}

/** Matches open work to what is shared here, and plans for peers that were idle when others had just been helped. */
function allocate(state: PeerState, nowMs: number): Effect[] {
  const effects = planAllocation(state, nowMs)
  // After an award others are decided on when it is known.
  return effects.some(({ kind }) => kind === 'record') ? effects : [...effects, ...awardTo(state, [], nowMs)]
}

/** A contact's newest commitment: its open work may be for us, and what it no longer asks for we may let go. */
function hearCommitment(state: PeerState, commitment: ComputeCommitment, atMs: number): Effect[] {
  const peer = commitment.peer_id
  if (!state.pairing.contacts.has(peer)) return []
  const known = state.view.commitments.get(peer)
  state.view.commitments.set(peer, commitment)
  const cids = new Set(commitment.work_requests.map((request) => request.manifest_cid))
  for (const { manifest_cid } of known?.work_requests ?? []) {
    if (manifest_cid === undefined || cids.has(manifest_cid)) continue
    state.view.manifests.delete(manifest_cid)
    state.view.manifestsAsked.delete(manifest_cid)
  }
  const asked = new Set(commitment.work_requests.map((request) => holdingKey(peer, request.job_id)))
  const effects: Effect[] = []
  for (const [key, holding] of state.provider.holdings) {
    if (holding.requester !== peer || asked.has(key)) continue
    effects.push({ kind: 'record', event: { kind: 'settled', at_ms: atMs, from: peer, job_id: holding.job } })
  }
  if (opensWork(known, commitment)) effects.push({ kind: 'allocation-due' })
  return effects
}

/** A contact's newest offers: those for this peer's open units become awards. */
function hearAllocation(state: PeerState, allocation: ComputeAllocationState, atMs: number): Effect[] {
  const provider = allocation.peer_id
  if (provider !== state.me && !state.pairing.contacts.has(provider)) return []
  // Where own jobs have a slot of their own, what is published says nothing of them.
  if (provider === state.me && state.view.machine !== undefined) return []
  hearOffers(state, allocation)
  return awardTo(state, [provider], atMs)
}
