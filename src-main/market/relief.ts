import type { PeerId } from '../protocol/ids.ts'
import type { Seat } from './award.ts'

/** A unit at work at a provider, as its requester guesses at it. */
export interface UnitAtWork {
  readonly index: number
  readonly awardedAtMs: number
  /** When it began, by what is known here; undefined while it waits behind others. */
  readonly begunAtMs: number | undefined
}

/** A provider and all that it holds of a job, in the order in which it was awarded. */
export interface BusySeat {
  readonly seat: Seat
  readonly atWork: readonly UnitAtWork[]
}

/** The facts from which `planRelief` decides. */
export interface ReliefInput {
  readonly nowMs: number
  /** Providers with a lane free, and nothing open that suits them. */
  readonly idle: readonly Seat[]
  readonly busy: readonly BusySeat[]
  /** Whether a peer may have a unit that another computes: it has no part in it, and no other was asked for it. */
  mayHelp(peer: PeerId, index: number): boolean
  /** How many more units may be computed once more. */
  readonly backupsMax: number
  /** Lanes that units on their way back will fill. */
  readonly comingBack: number
}

/** Actions for peers that are idle while others still work. */
export interface Relief {
  /** Waiting units to be asked back, by who holds them. */
  readonly recalls: readonly { readonly peer: PeerId; readonly index: number }[]
  /** Running units to be computed once more, by who will. */
  readonly backups: readonly { readonly peer: PeerId; readonly index: number }[]
}

/** A unit that runs longer than expected by this factor is taken for a straggler … */
const STRAGGLES_AFTER = 1.5
/** … and other ends are believed only so far: something else must be this much of a unit earlier to be worth it. */
const GAIN_MIN = 0.1

interface Candidate {
  readonly peer: PeerId
  readonly index: number
  readonly endMs: number
  /** When it begins, for one that waits. */
  readonly beginsMs: number | undefined
  readonly latencyMs: number
}

/**
 * The end of a job, where nothing is open and a peer is idle. Units that wait behind others are asked back, the
 * latest first, where the idle one would be done earlier: it costs nothing. When nothing waits, the units that end
 * last are computed a second time where they would end earlier (backup tasks: Dean and Ghemawat 2004; the estimate of
 * what is left: Zaharia et al. 2008, LATE), up to a bound, one unit for a free lane.
 */
export function planRelief(input: ReliefInput): Relief {
  const candidates = input.busy
    .flatMap((busy) => candidatesOf(busy, input.nowMs))
    .sort((a, b) => b.endMs - a.endMs || a.index - b.index || (a.peer < b.peer ? -1 : 1))
  const waiting = candidates.filter(({ beginsMs }) => beginsMs !== undefined)
  const running = candidates.filter(({ beginsMs }) => beginsMs === undefined)
  const recalls: { peer: PeerId; index: number }[] = []
  const backups: { peer: PeerId; index: number }[] = []
  const twice = new Set<number>()
  let coming = input.comingBack
  for (const seat of [...input.idle].sort((a, b) => a.unitMs - b.unitMs || (a.peer < b.peer ? -1 : 1))) {
    // A unit that several are at is in the lists as often; the same peer is to have it only once.
    const helped = new Set<number>()
    for (let lane = seat.busy; lane < seat.lanes; lane++) {
      if (coming-- > 0) continue
      const isNew = ({ index }: Candidate): boolean => !helped.has(index)
      const recalled = takeFirst(waiting, (one) => isNew(one) && isWorthRecall(one, seat, input))
      if (recalled !== undefined) {
        recalls.push({ peer: recalled.peer, index: recalled.index })
        helped.add(recalled.index)
        continue
      }
      if (backups.length >= input.backupsMax) continue
      const doubled = takeFirst(
        running,
        (one) => isNew(one) && !twice.has(one.index) && isWorthBackup(one, seat, input),
      )
      if (doubled === undefined) break
      backups.push({ peer: seat.peer, index: doubled.index })
      helped.add(doubled.index)
      twice.add(doubled.index)
    }
  }
  return { recalls, backups }
}

/** The units at work at one provider, with their expected ends. */
function candidatesOf({ seat, atWork }: BusySeat, nowMs: number): Candidate[] {
  const { peer, lanes, unitMs, latencyMs } = seat
  let waiting = 0
  return atWork.map(({ index, begunAtMs }): Candidate => {
    if (begunAtMs !== undefined) {
      const leftMs = leftOf(nowMs - begunAtMs, unitMs)
      return { peer, index, endMs: nowMs + leftMs + latencyMs / 2, beginsMs: undefined, latencyMs }
    }
    waiting++
    const beginsMs = nowMs + (waiting / lanes) * unitMs
    return { peer, index, endMs: beginsMs + unitMs + latencyMs / 2, beginsMs, latencyMs }
  })
}

/** The time left for a unit that has run this long: of one that takes far too long, as much as it took already. */
function leftOf(elapsedMs: number, unitMs: number): number {
  if (elapsedMs > unitMs * STRAGGLES_AFTER) return elapsedMs
  return Math.max(unitMs * 0.25, unitMs - elapsedMs)
}

function isWorthRecall(one: Candidate, seat: Seat, input: ReliefInput): boolean {
  if (one.peer === seat.peer || one.beginsMs === undefined) return false
  // A unit that has begun when the question arrives is not given back.
  if (one.beginsMs - one.latencyMs / 2 <= input.nowMs) return false
  const endMs = input.nowMs + one.latencyMs + seat.latencyMs + seat.unitMs * (1 + GAIN_MIN)
  return endMs < one.endMs && input.mayHelp(seat.peer, one.index)
}

function isWorthBackup(one: Candidate, seat: Seat, input: ReliefInput): boolean {
  if (one.peer === seat.peer) return false
  const endMs = input.nowMs + seat.latencyMs + seat.unitMs * (1 + GAIN_MIN)
  return endMs < one.endMs && input.mayHelp(seat.peer, one.index)
}

function takeFirst(list: Candidate[], fits: (one: Candidate) => boolean): Candidate | undefined {
  const at = list.findIndex(fits)
  return at < 0 ? undefined : list.splice(at, 1)[0]
}
