import { nextChangeMs } from '../../availability/week-hours.ts'
import type { SharingNow } from '../../availability/sharing-now.ts'
import { toMs } from '../../protocol/time.ts'
import { isPausedByUser, plannedSlots, slotAt } from './shared-slots.ts'
import { holdingBookOf } from '../provider/holding-book.ts'
import type { PeerState } from '../state.ts'

/** Whether this moment is one of the hours that are shared, and when that changes next, if it does. */
export interface HoursNow {
  readonly isShared: boolean
  readonly atMs?: number
}

/** The hours by what the user chose, whatever pauses it. Takes milliseconds for a painted week. */
export function hoursAt(state: PeerState, nowMs: number): HoursNow {
  const { availability } = state.sharing
  switch (availability.kind) {
    case 'never':
      return { isShared: false }
    case 'always':
      return { isShared: true }
    case 'week':
      return nextChangeMs(availability.plan, nowMs)
    case 'slots': {
      const slots = plannedSlots(state, nowMs)
      const starts = slots.map((slot) => toMs(slot.start_time)).filter((startMs) => startMs > nowMs)
      const current = slotAt(slots, nowMs)
      if (current !== undefined) return { isShared: true, atMs: toMs(current.end_time) }
      return starts.length === 0 ? { isShared: false } : { isShared: false, atMs: Math.min(...starts) }
    }
  }
}

/** Units of others that wait or run here. */
export function unitsOfOthers({ me, provider: { holdings } }: PeerState): number {
  let count = 0
  for (const holding of holdings.values()) {
    if (holding.requester !== me) count += holdingBookOf(holding).queued.size
  }
  return count
}

/**
 * Whether this PC works for others at this moment, and why not: what the user said comes before the hours, these before
 * the rules, and what is not known yet last.
 */
export function sharingNow(state: PeerState, hours: HoursNow, nowMs: number): SharingNow {
  const {
    sharing: { availability, pause },
    view,
  } = state
  if (availability.kind === 'never') return { kind: 'off' }
  if (view.diskFullSinceMs !== undefined) return { kind: 'disk-full', since_ms: view.diskFullSinceMs }
  if (pause !== undefined && isPausedByUser(state, nowMs)) {
    const isFinishing = pause.finishFirst && unitsOfOthers(state) > 0
    return {
      kind: isFinishing ? 'finishing' : 'paused-by-user',
      since_ms: pause.sinceMs,
      ...(pause.untilMs === undefined ? {} : { until_ms: pause.untilMs }),
    }
  }
  if (!hours.isShared) {
    return { kind: 'outside-hours', ...(hours.atMs === undefined ? {} : { next_ms: hours.atMs }) }
  }
  const pausedBy = view.pauseDecision?.pausedBy
  if (pausedBy !== undefined) return { kind: 'paused-by-rule', ...pausedBy }
  if (view.capabilities.length === 0) return { kind: 'measuring' }
  return { kind: 'sharing', ...(hours.atMs === undefined ? {} : { until_ms: hours.atMs }) }
}
