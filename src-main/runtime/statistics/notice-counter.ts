import type { Notice } from '../../peer/notice.ts'
import { sharedSlots, slotAt } from '../../peer/sharing/shared-slots.ts'
import type { PeerState } from '../../peer/state.ts'
import type { Clock } from '../../ports/clock.ts'
import type { AttemptDays } from './attempt-days.ts'
import type { DayCounts } from './day-counts.ts'
import { dateOf } from './local-dates.ts'

/** Time between two ticks counts as shared if it is no longer: a PC that slept shared nothing. */
const TICK_MS_MAX = 5_000

type NoticeOf<K extends Notice['kind']> = Extract<Notice, { kind: K }>

/** Creates a function that counts a peer's notices by local date. */
export function createNoticeCounter({
  state,
  clock,
  days,
  attempts,
}: {
  readonly state: Readonly<PeerState>
  readonly clock: Clock
  readonly days: DayCounts
  readonly attempts: AttemptDays
}): (notice: Notice) => void {
  let tickedAtMs: number | undefined
  const date = () => dateOf(clock.nowMs())
  const today = () => days.of(date())

  function countTick({ atMs }: NoticeOf<'ticked'>): void {
    const passedMs = atMs - (tickedAtMs ?? atMs)
    tickedAtMs = atMs
    if (passedMs > 0 && passedMs <= TICK_MS_MAX && isSharing(state, atMs)) today()[0] += passedMs
  }

  function countRuns({ requester, outputs, cpuMs }: NoticeOf<'units-ran'>): void {
    if (requester === state.me) return
    const counts = today()
    counts[1] += outputs
    counts[2] += cpuMs
  }

  /** Counts a unit as done by others where one of the winners is another peer. */
  function countVerified({ winners, othersCpuMs }: NoticeOf<'unit-verified'>): void {
    if (!winners.some((peer) => peer !== state.me)) return
    const counts = today()
    counts[3]++
    counts[4] += othersCpuMs
  }

  return (notice) => {
    switch (notice.kind) {
      case 'ticked':
        return countTick(notice)
      case 'units-ran':
        return countRuns(notice)
      case 'unit-verified':
        return countVerified(notice)
      case 'peer-judged':
        return attempts.count(date(), notice.peer, notice.outcome === 'verified' ? 'well' : 'badly')
      default:
        return undefined
    }
  }
}

/** Whether this peer works for others at this moment if they ask. */
function isSharing(state: Readonly<PeerState>, nowMs: number): boolean {
  return state.view.capabilities.length > 0 && slotAt(sharedSlots(state, nowMs), nowMs) !== undefined
}
