import type { DurableEvent } from '../../peer/event.ts'
import { isPausedByUser } from '../../peer/sharing/shared-slots.ts'
import { unitsOfOthers } from '../../peer/sharing/sharing-view.ts'
import { holdingKey } from '../../peer/provider/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { trustOf } from '../../peer/pairing/trust.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import type { Letter } from '../message.ts'
import type { ComputeAllocationState } from '../../protocol/assignment.ts'
import type { Process } from '../process/process.ts'
import { createAcknowledgementAudit } from './audit-acknowledged.ts'
import { createAwardAudit } from './audit-awards.ts'
import { hold } from './broken.ts'

/** Follows what every provider takes on, runs and promises. */
export interface ProviderAudit {
  turned(state: PeerState, durable: readonly DurableEvent[]): void
  /** A peer publishes what it offers. */
  offered(process: Process, allocation: ComputeAllocationState): void
  starting(process: Process, requester: PeerId, job: JobId, unit: number, running: number): void
  taken(process: Process, from: PeerId, message: Letter): void
  restarted(state: PeerState): void
}

/** Creates the audit of all providers; `coresOf` says how many cores a machine has. */
export function createProviderAudit(coresOf: (peer: PeerId) => number): ProviderAudit {
  const awards = createAwardAudit()
  const acknowledged = createAcknowledgementAudit()
  return {
    turned(state, durable) {
      for (const event of durable) if (event.kind === 'awards-issued') awards.issued(state, event)
      acknowledged.turned(state, durable)
      checkHoldings(state, durable.at(-1)?.at_ms)
    },
    offered({ me, character }, allocation) {
      if (character.kind !== 'hoarder') awards.offered(me, allocation)
    },
    starting({ me, state }, requester, job, unit, running) {
      const trusted = trustOf(state, requester) > 0
      hold('S1', trusted, () => `${me.slice(-6)} runs ${job}:${unit} of untrusted ${requester.slice(-6)}`)
      const held = state.provider.holdings.get(holdingKey(requester, job))?.units.get(unit)
      hold(
        'S9',
        held?.status.state === 'queued',
        () => `${me.slice(-6)} runs ${job}:${unit}, which it does not hold`,
      )
      hold('S9', running <= coresOf(me), () => `${me.slice(-6)} runs ${running} units`)
    },
    taken: ({ state }, from, message) => acknowledged.taken(state, from, message),
    restarted: (state) => acknowledged.restarted(state),
  }
}

/** Checks whose units a peer holds, at the time of its last event. @throws Broken */
function checkHoldings(state: PeerState, nowMs: number | undefined): void {
  for (const { requester } of state.provider.holdings.values()) {
    const trusted = trustOf(state, requester) > 0
    hold('S1', trusted, () => `${state.me.slice(-6)} holds units of untrusted ${requester.slice(-6)}`)
  }
  if (nowMs === undefined || !isPausedByUser(state, nowMs) || state.sharing.pause?.finishFirst !== false)
    return
  hold('S16', unitsOfOthers(state) === 0, () => `${state.me.slice(-6)} pauses, and holds others' units`)
}
