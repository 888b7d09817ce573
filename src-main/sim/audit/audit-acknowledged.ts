import type { DurableEvent } from '../../peer/event.ts'
import { holdingKey } from '../../peer/provider/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { trustOf } from '../../peer/pairing/trust.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import type { Award } from '../../protocol/messages.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { Letter } from '../message.ts'
import { hold } from './broken.ts'

/** Checks that a peer still has after a crash everything that it had acknowledged. */
export interface AcknowledgementAudit {
  /** Follows the ends of holdings: units that were given back or withdrawn need not be kept. */
  turned(state: PeerState, durable: readonly DurableEvent[]): void
  /** A peer acknowledged a message. */
  taken(state: PeerState, from: PeerId, message: Letter): void
  restarted(state: PeerState): void
}

/** Units whose award was acknowledged, by provider and holding, with their attempt. */
type PromisedUnits = Map<PeerId, Map<string, Map<number, number>>>
/** Results whose taking was acknowledged, by requester: `provider/job/unit/attempt`. */
type AcceptedResults = Map<PeerId, Set<string>>

/** Creates the audit of all acknowledgements in a world. */
export function createAcknowledgementAudit(): AcknowledgementAudit {
  const promised: PromisedUnits = new Map()
  const accepted: AcceptedResults = new Map()
  return {
    turned(state, durable) {
      const holdings = promised.get(state.me)
      if (holdings !== undefined) for (const event of durable) release(holdings, event)
    },
    taken(state, from, message) {
      if (message.kind === 'award') promise(promised, state, from, message.award)
      if (message.kind === 'results') accept(accepted, state, from, message.job, message.receipts)
    },
    restarted(state) {
      checkPromised(state, promised.get(state.me) ?? new Map())
      checkAccepted(state, accepted.get(state.me) ?? new Set())
    },
  }
}

/** Forgets the units that a provider need not keep after this event. */
function release(holdings: Map<string, Map<number, number>>, event: DurableEvent): void {
  if (event.kind === 'settled') holdings.delete(holdingKey(event.from, event.job_id))
  if (event.kind === 'hand-back-delivered') {
    const units = holdings.get(holdingKey(event.requester, event.job_id))
    for (const { unit_index, attempt } of event.units) {
      if (units?.get(unit_index) === attempt) units.delete(unit_index)
    }
  }
  if (event.kind === 'withdrawn') {
    const units = holdings.get(holdingKey(event.from, event.job_id))
    for (const unit of event.units ?? [...(units?.keys() ?? [])]) units?.delete(unit)
  }
}

function promise(promised: PromisedUnits, state: PeerState, from: PeerId, award: Award): void {
  const holdings = promised.get(state.me) ?? new Map<string, Map<number, number>>()
  promised.set(state.me, holdings)
  const key = holdingKey(from, award.job_id)
  const holding = state.provider.holdings.get(key)
  if (holding === undefined) return
  const units = holdings.get(key) ?? new Map<number, number>()
  holdings.set(key, units)
  for (const { unit_index, attempt } of award.units) {
    if (holding.units.has(unit_index)) units.set(unit_index, attempt)
  }
}

function accept(
  accepted: AcceptedResults,
  state: PeerState,
  from: PeerId,
  job: JobId,
  receipts: readonly ExecutionReceipt[],
): void {
  const results = accepted.get(state.me) ?? new Set<string>()
  accepted.set(state.me, results)
  const units = state.requester.jobs.get(job)?.units
  for (const { unit_index, attempt } of receipts) {
    // A forger may guess an attempt that is still to be made: that one is not answered by it.
    const made = units?.get(unit_index)?.attempts.some((a) => a.peer === from && a.attempt === attempt)
    if (made === true) results.add(`${from}/${job}/${unit_index}/${attempt}`)
  }
}

function checkPromised(state: PeerState, promised: ReadonlyMap<string, ReadonlyMap<number, number>>): void {
  for (const [key, units] of promised) {
    const holding = state.provider.holdings.get(key)
    for (const [unit, attempt] of units) {
      const kept = (holding?.units.get(unit)?.attempt ?? 0) >= attempt
      const left = holding === undefined && !trusts(state, key)
      hold('S8', kept || left, () => `${state.me.slice(-6)} lost unit ${unit} of ${key} in a crash`)
    }
  }
}

function checkAccepted(state: PeerState, accepted: ReadonlySet<string>): void {
  for (const result of accepted) {
    const [provider, job, unit, attempt] = result.split('/')
    const attempts = state.requester.jobs.get(job as JobId)?.units.get(Number(unit))?.attempts ?? []
    const waits = attempts.some(
      (a) => a.peer === provider && a.attempt === Number(attempt) && a.status.state === 'awarded',
    )
    hold('S8', !waits, () => `${state.me.slice(-6)} lost the results ${result} in a crash`)
  }
}

/** Whether this peer still trusts the requester in a holding's key. */
function trusts(state: PeerState, key: string): boolean {
  return trustOf(state, key.slice(0, key.indexOf('/')) as PeerId) > 0
}
