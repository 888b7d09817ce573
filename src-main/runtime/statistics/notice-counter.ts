import type { PeerEvent } from '../../peer/event.ts'
import { sharedSlots, slotAt } from '../../peer/sharing/shared-slots.ts'
import type { PeerState } from '../../peer/state.ts'
import type { UnitState } from '../../peer/requester/slice.ts'
import { isTimeOut } from '../../peer/requester/time-outs.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { AttemptDays } from './attempt-days.ts'
import type { DayCounts } from './day-counts.ts'
import { dateOf } from './local-dates.ts'

/** Time between two ticks counts as shared if it is no longer: a PC that slept shared nothing. */
const TICK_MS_MAX = 5_000

type EventOf<K extends PeerEvent['kind']> = Extract<PeerEvent, { kind: K }>

/** Creates a function that counts a peer's events by local date. */
export function createEventCounter({
  state,
  clock,
  days,
  attempts,
}: {
  readonly state: Readonly<PeerState>
  readonly clock: Clock
  readonly days: DayCounts
  readonly attempts: AttemptDays
}): (event: PeerEvent) => void {
  let tickedAtMs: number | undefined
  const today = () => days.of(dateOf(clock.nowMs()))

  function attempted(peer: PeerId, went: 'well' | 'badly'): void {
    attempts.count(dateOf(clock.nowMs()), peer, went)
  }

  function countTick({ at_ms }: EventOf<'tick'>): void {
    const passedMs = at_ms - (tickedAtMs ?? at_ms)
    tickedAtMs = at_ms
    if (passedMs > 0 && passedMs <= TICK_MS_MAX && isSharing(state, at_ms)) today()[0] += passedMs
  }

  function countRuns({ requester, receipts }: EventOf<'units-ran'>): void {
    if (requester === state.me) return
    for (const { outcome } of receipts) {
      if (outcome.kind !== 'output') continue
      const counts = today()
      counts[1]++
      counts[2] += Math.round(outcome.metrics.cpu_ms)
    }
  }

  function countResults({ job_id, from, receipts, at_ms }: EventOf<'results-received'>): void {
    for (const { outcome, unit_index, attempt } of receipts) {
      const unit = state.requester.jobs.get(job_id)?.units.get(unit_index)
      const made = unit?.attempts.find((one) => one.attempt === attempt && one.peer === from)
      // A stale receipt, or one that no award asked for, says nothing.
      if (unit === undefined || made === undefined || made.status.state === 'void') continue
      // A unit that ran out of time is no failing of its provider.
      if (outcome.kind === 'fault' && from !== state.me && !isTimeOut(made)) attempted(from, 'badly')
      if (unit.verified?.atMs === at_ms) countVerified(unit, unit.verified.winners)
    }
  }

  /** A unit was verified just now: which peers were right or wrong, and whether others did it. */
  function countVerified({ attempts: made }: UnitState, winners: readonly PeerId[]): void {
    if (winners.some((peer) => peer !== state.me)) today()[3]++
    for (const { peer, status } of made) {
      if (peer === state.me) continue
      if (status.state === 'rejected') attempted(peer, 'badly')
      else if (status.state === 'returned' && winners.includes(peer)) attempted(peer, 'well')
    }
  }

  function countLost({ reason, lost }: EventOf<'attempts-lost'>): void {
    if (reason === 'disconnected') return
    for (const { job_id, unit_index, attempt } of lost) {
      const made = state.requester.jobs.get(job_id)?.units.get(unit_index)?.attempts
      const peer = made?.find((one) => one.attempt === attempt)?.peer
      if (peer !== undefined && peer !== state.me) attempted(peer, 'badly')
    }
  }

  return (event) => {
    if (event.kind === 'tick') countTick(event)
    else if (event.kind === 'units-ran') countRuns(event)
    else if (event.kind === 'results-received') countResults(event)
    else if (event.kind === 'attempts-lost') countLost(event)
  }
}

/** Whether this peer works for others at this moment if they ask. */
function isSharing(state: Readonly<PeerState>, nowMs: number): boolean {
  return state.view.capabilities.length > 0 && slotAt(sharedSlots(state, nowMs), nowMs) !== undefined
}
