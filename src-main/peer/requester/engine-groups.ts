import { isPoor, type Seat, type UnitNeed } from '../../market/award.ts'
import type { EngineId } from '../../protocol/engine.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { recordOf } from './records.ts'
import { engineOfAttempt, engineOfPeer, isExactlyChecked, stillOffering } from './engines.ts'
import { seatsOf } from './offers.ts'
import { quorumOfJob, redundancyOf, type AttemptState, type JobState, type UnitState } from './slice.ts'
import type { PeerState } from '../state.ts'
import { isNewTo } from './time-outs.ts'
import { notToAskAnew } from './unit.ts'
import { lazily, workersAt } from '../pairing/trust.ts'

/** The wait for a unit's own engine doubles after each change of it, up to this many times. */
const ANEW_DOUBLINGS_MAX = 6

/** The peers of a job at one moment, by their engines. */
export interface EngineGroups {
  /** Peers that offer something to the job. */
  readonly offering: () => readonly Seat[]
  /** Peers that could check a peer's results: all that compute now, of its engine where engines count. */
  workersLike(peer: PeerId): readonly PeerId[]
  /**
   * Whether peers of this engine may begin units: enough of them offer for a quorum, or of no engine enough do.
   */
  mayBegin(engine: EngineId): boolean
  /**
   * The need of a unit that another engine is to begin anew: its engine's peers can say no more of it.
   * @returns undefined while the unit is to wait for its own engine
   */
  needAnew(unit: UnitState, need: UnitNeed): UnitNeed | undefined
}

/** Groups the peers of a job at a moment, as far as it is asked for. */
export function groupByEngine(state: PeerState, job: JobState, atMs: number): EngineGroups {
  const { manifest } = job
  const isChecked = isExactlyChecked(job)
  const quorum = quorumOfJob(job)
  const workers = lazily(() => workersAt(state, atMs))
  const workersOf = new Map<EngineId | undefined, readonly PeerId[]>()
  const offering = lazily(() => seatsOf(state, job, atMs).filter(({ capacity }) => capacity > 0))
  const hasOneEngine = lazily(() => isOneEngine(state, job))
  const able = lazily(() => enginesWith(quorum, offering(), (seat) => isGood(state, seat)))

  return {
    offering,
    workersLike(peer) {
      if (!isChecked || hasOneEngine()) return workers()
      const engine = engineOfPeer(state, peer, manifest)
      const known = workersOf.get(engine)
      if (known !== undefined) return known
      const alike = workers().filter((other) => engineOfPeer(state, other, manifest) === engine)
      workersOf.set(engine, alike)
      return alike
    },
    mayBegin: (engine) => hasOneEngine() || able().size === 0 || able().has(engine),
    needAnew(unit, need) {
      const { engine: bound } = need
      if (bound === undefined || unit.attempts.some(({ status }) => status.state === 'awarded')) {
        return undefined
      }
      if (!isOver(unit, need, state.policy.patience.other_engine_ms, atMs)) return undefined
      const mayCome = (seat: Seat): boolean =>
        seat.engine === bound && isGood(state, seat) && isUntried(unit, need, seat.peer)
      if (offering().some(mayCome)) return undefined
      // A peer whose result is set aside then may compute the unit by the engine that it offers now.
      const anew = {
        ...need,
        missing: redundancyOf(job),
        holders: [...notToAskAnew(job, unit, atMs), ...stillOffering(state, job, unit)],
      }
      const engine = engineToBegin(unit, anew, offering(), quorum)
      return engine === undefined ? undefined : { ...anew, engine }
    },
  }
}

/** Whether all peers that ever offered anything run one engine, as nearly always. */
function isOneEngine(state: PeerState, { manifest }: JobState): boolean {
  let first: EngineId | undefined
  for (const peer of state.view.offers.keys()) {
    const engine = engineOfPeer(state, peer, manifest)
    if (engine === undefined) continue
    if (first !== undefined && engine !== first) return false
    first = engine
  }
  return true
}

function isGood(state: PeerState, { peer }: Seat): boolean {
  return !isPoor(recordOf(state, peer), state.policy.reputation.poor_below)
}

function enginesWith(
  count: number,
  seats: readonly Seat[],
  counts: (seat: Seat) => boolean,
): ReadonlySet<EngineId> {
  const peers = new Map<EngineId, number>()
  for (const seat of seats) {
    if (seat.engine !== undefined && counts(seat)) peers.set(seat.engine, (peers.get(seat.engine) ?? 0) + 1)
  }
  return new Set([...peers].flatMap(([engine, found]) => (found >= count ? [engine] : [])))
}

/**
 * Whether a unit has waited long enough for its engine, since that began it: longer after each change, so that engines
 * do not take turns for ever.
 */
function isOver({ attempts }: UnitState, { openSinceMs }: UnitNeed, waitMs: number, atMs: number): boolean {
  let sinceMs = openSinceMs
  let changes = 0
  let before: AttemptState | undefined
  for (const attempt of attempts) {
    if (before !== undefined && engineOfAttempt(before) !== engineOfAttempt(attempt)) {
      changes++
      sinceMs = Math.max(sinceMs, attempt.awardedAtMs)
    }
    before = attempt
  }
  return atMs - sinceMs >= waitMs * 2 ** Math.min(changes, ANEW_DOUBLINGS_MAX)
}

/** Whether a peer has had no chance at a unit yet. */
function isUntried(unit: UnitState, { holders }: UnitNeed, peer: PeerId): boolean {
  return !holders.includes(peer) && isNewTo(unit, peer) && !hasClaim(unit, peer)
}

/** Whether a peer has a result of a unit, which it would only give again. */
function hasClaim({ attempts }: UnitState, peer: PeerId): boolean {
  return attempts.some(({ peer: by, status }) => by === peer && status.state === 'void' && status.ready)
}

/**
 * The engine that begins a unit anew: of those with a quorum of peers the one that has tried it least, then the one with
 * the most peers.
 */
function engineToBegin(
  unit: UnitState,
  { engine: bound, holders }: UnitNeed,
  offering: readonly Seat[],
  quorum: number,
): EngineId | undefined {
  const groups = new Map<EngineId, PeerId[]>()
  for (const { peer, engine } of offering) {
    if (engine === undefined || engine === bound || holders.includes(peer)) continue
    const group = groups.get(engine)
    if (group === undefined) groups.set(engine, [peer])
    else group.push(peer)
  }
  const tries = (engine: EngineId): number =>
    unit.attempts.filter((attempt) => engineOfAttempt(attempt) === engine).length
  const [first] = [...groups]
    .filter(([, peers]) => peers.length >= quorum)
    .sort(([a, ofA], [b, ofB]) => tries(a) - tries(b) || ofB.length - ofA.length || (a < b ? -1 : 1))
  return first?.[0]
}
