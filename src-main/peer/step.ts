import { HEARTBEAT_MS } from '../protocol/limits.ts'
import type { ComputeAllocationState } from '../protocol/assignment.ts'
import type { ComputeCommitment } from '../protocol/commitment.ts'
import type { ComputeRoundState } from '../protocol/result.ts'
import { awardTo } from './requester/awarding.ts'
import type { Effect } from './effect.ts'
import {
  isDurable,
  isPairingEvent,
  isProviderEvent,
  isRequesterEvent,
  isSharingEvent,
  type DurableEvent,
  type PeerEvent,
  type VolatileEvent,
} from './event.ts'
import { hearClock } from './own-clock.ts'
import { note, takeNotices, type Notice } from './notice.ts'
import { tellHandBacks } from './provider/handing-back.ts'
import { excuseLate, onTick } from './requester/lateness.ts'
import { opensWork, planAllocation } from './provider/matching.ts'
import { hearOffers, noteTurnaround } from './requester/offers.ts'
import { tierOfContact } from './pairing/audiences.ts'
import { notePause } from './pairing/away.ts'
import { askPairing, tendPairRequests } from './pairing/pair-requests.ts'
import { reducePairing } from './pairing/reduce.ts'
import { leave, sampleMachine, sharingOnTick } from './sharing/pausing.ts'
import { jobPrepared, recallUnits, resendResults, resumeHoldings } from './provider/provider.ts'
import { reduceProvider } from './provider/reduce.ts'
import { holdingKey } from './provider/slice.ts'
import { resumeJobs } from './requester/requester.ts'
import { reduceRequester } from './requester/reduce.ts'
import { hastenVerdicts, tellVerdicts } from './requester/verdicts.ts'
import { reduceSharing } from './sharing/reduce.ts'
import type { PeerState } from './state.ts'

/** The outcome of a step: the state that it was given, changed, and what follows. */
interface Step {
  readonly state: PeerState
  readonly effects: Effect[]
  /** The news of it, in the domain's words (P12). */
  readonly notices: readonly Notice[]
}

/**
 * One peer's brain: what an event changes, what is to be done about it, and the news of it.
 *
 * Deterministic: no clock, dice or I/O; the same events in the same order give the same state, effects and notices. Takes
 * over the state that it is given and returns it changed. A durable event never reads `state.view` to change the
 * durable part, so that replaying the journal alone rebuilds it (rule P2 of SPEC.md).
 */
export function step(state: PeerState, event: PeerEvent): Step {
  const effects = isDurable(event) ? onDurable(state, event) : onVolatile(state, event)
  return { state, effects, notices: takeNotices(state) }
}

/**
 * A step and all the decisions it records, each stepped in turn: what the runtime journals, then what it performs.
 * @returns the durable events in order (the given one included, if it is), the effects in the world and all notices
 */
export function advance(
  state: PeerState,
  event: PeerEvent,
): { durable: DurableEvent[]; effects: Exclude<Effect, { kind: 'record' }>[]; notices: Notice[] } {
  const durable: DurableEvent[] = []
  const notices: Notice[] = []
  const effects: Exclude<Effect, { kind: 'record' }>[] = []
  const pending: PeerEvent[] = [event]
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    if (isDurable(next)) durable.push(next)
    const decided: DurableEvent[] = []
    const stepped = step(state, next)
    for (const notice of stepped.notices) notices.push(notice)
    for (const effect of stepped.effects) {
      if (effect.kind === 'record') decided.push(effect.event)
      else effects.push(effect)
    }
    // Events that follow from a decision are applied before the next decision, so that none is taken on an outdated
    // state.
    pending.unshift(...decided)
  }
  return { durable, effects, notices }
}

/** Each event changes the slice of its role; what follows for others it says by its effects. */
function onDurable(state: PeerState, event: DurableEvent): Effect[] {
  if (isRequesterEvent(event)) return reduceRequester(state, event)
  if (isProviderEvent(event)) return reduceProvider(state, event)
  if (isPairingEvent(event)) return reducePairing(state, event)
  if (isSharingEvent(event)) return reduceSharing(state, event)
  switch (event.kind) {
    case 'started':
      return start(state, event.at_ms)
    case 'named':
      state.name = event.name
      return []
    case 'policy-set':
      state.policy = event.policy
      return [{ kind: 'commitment-changed' }, { kind: 'allocation-due' }]
  }
}

/** After each start of the program: everything that may have been cut off is done again. */
function start(state: PeerState, atMs: number): Effect[] {
  state.epoch++
  state.view.startedAtMs = atMs
  note(state, { kind: 'started' })
  return [
    { kind: 'contacts-changed' },
    { kind: 'commitment-changed' },
    ...resumeJobs(state, atMs),
    ...resumeHoldings(state, atMs),
    { kind: 'allocation-due' },
  ]
}

function onVolatile(state: PeerState, event: VolatileEvent): Effect[] {
  switch (event.kind) {
    case 'tick': {
      note(state, { kind: 'ticked', atMs: event.at_ms })
      const repeat = event.at_ms - state.view.lastPublishedAtMs >= HEARTBEAT_MS
      return [
        ...sharingOnTick(state, event.at_ms),
        ...onTick(state, event.at_ms),
        ...tendPairRequests(state, event.at_ms),
        ...tellVerdicts(state, event.at_ms),
        ...(repeat ? [{ kind: 'commitment-changed' } as const] : []),
      ]
    }
    case 'commitment':
      return hearCommitment(state, event.commitment, event.at_ms)
    case 'allocation':
      return hearAllocation(state, event.allocation, event.at_ms)
    case 'round':
      return hearRound(state, event.round)
    case 'manifest':
      state.view.manifests.set(event.cid, event.manifest)
      note(state, { kind: 'manifest-heard', cid: event.cid, manifest: event.manifest })
      return [{ kind: 'allocation-due' }]
    case 'manifest-missing':
      state.view.manifestsAsked.delete(event.cid)
      return []
    case 'connected':
      state.view.connected.add(event.peer)
      note(state, { kind: 'people-changed' })
      state.view.disconnectedAtMs.delete(event.peer)
      hastenVerdicts(state, event.peer)
      return [
        ...resendResults(state, event.at_ms, event.peer),
        ...tellHandBacks(state, event.at_ms, event.peer),
        ...askPairing(state, event.peer, event.at_ms),
      ]
    case 'pair-answered':
      return askPairing(state, event.peer, event.at_ms)
    case 'disconnected':
      state.view.connected.delete(event.peer)
      note(state, { kind: 'people-changed' })
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
      note(state, { kind: 'sharing-changed' })
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
  const tier = tierOfContact(state, peer)
  notePause(state.view, commitment, atMs)
  state.view.commitments.set(peer, commitment)
  hearClock(state, commitment.vector_clock)
  const cids = new Set(commitment.work_requests.map((request) => request.manifest_cid))
  for (const { manifest_cid } of known?.work_requests ?? []) {
    if (manifest_cid === undefined || cids.has(manifest_cid)) continue
    state.view.manifests.delete(manifest_cid)
    state.view.manifestsAsked.delete(manifest_cid)
  }
  const asked = new Set(commitment.work_requests.map((request) => holdingKey(peer, request.job_id)))
  const effects: Effect[] = tierOfContact(state, peer) === tier ? [] : [{ kind: 'contacts-changed' }]
  for (const [key, holding] of state.provider.holdings) {
    if (holding.requester !== peer || asked.has(key)) continue
    effects.push({ kind: 'record', event: { kind: 'settled', at_ms: atMs, from: peer, job_id: holding.job } })
  }
  if (opensWork(known, commitment)) effects.push({ kind: 'allocation-due' })
  return effects
}

/** A contact's newest round: shown, and merged into this peer's clock. No decision rests on it. */
function hearRound(state: PeerState, round: ComputeRoundState): Effect[] {
  if (!state.pairing.contacts.has(round.peer_id)) return []
  state.view.rounds.set(round.peer_id, round)
  hearClock(state, round.vector_clock)
  return []
}

/** A contact's newest offers: those for this peer's open units become awards. */
function hearAllocation(state: PeerState, allocation: ComputeAllocationState, atMs: number): Effect[] {
  const provider = allocation.peer_id
  if (provider !== state.me && !state.pairing.contacts.has(provider)) return []
  // Where own jobs have a slot of their own, what is published says nothing of them.
  if (provider === state.me && state.view.machine !== undefined) return []
  if (provider !== state.me) hearClock(state, allocation.vector_clock)
  hearOffers(state, allocation)
  return awardTo(state, [provider], atMs)
}
