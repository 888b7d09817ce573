import { failure, success, type Outcome } from '../protocol/fault.ts'
import { decodeState, decodeWork, encodeState, encodeWork, type Work } from './codec.ts'
import type { HeldUnit, Holding } from './provider/slice.ts'
import type { JobState, UnitState } from './requester/slice.ts'
import type { PeerState } from './state.ts'

/**
 * How much work one part holds, counted in attempts: each takes some 100 to 500 bytes, at most about 3 KiB, so that a
 * part has a few megabytes and never more than about 40. A unit stays whole.
 */
const ATTEMPTS_PER_PART = 8_192
/** A job or holding counts as this many attempts, besides those of its units: its manifest may have a megabyte. */
const ATTEMPTS_OF_JOB = 256

/**
 * A state as a snapshot's parts, made one after the other, so that a state of any size is saved without a copy of the
 * whole. A small state is one part, the same as `encodeState` makes of it. Of a larger one the first part holds all but
 * the work, and the others hold some of the work each, in order.
 */
export function* encodeStateParts(
  state: PeerState,
  attemptsPerPart = ATTEMPTS_PER_PART,
): Generator<Uint8Array, void, void> {
  const [first, second] = firstTwo(workParts(state, attemptsPerPart))
  if (first === undefined || second === undefined) {
    yield encodeState(state)
    return
  }
  yield encodeState({
    ...state,
    requester: { ...state.requester, jobs: new Map() },
    provider: { ...state.provider, holdings: new Map() },
  })
  for (const work of workParts(state, attemptsPerPart)) yield encodeWork(work)
}

/** The state in a snapshot's parts, with nothing known of the moment. */
export function decodeStateParts(parts: Iterable<Uint8Array>): Outcome<PeerState> {
  let state: PeerState | undefined
  for (const bytes of parts) {
    if (state === undefined) {
      const decoded = decodeState(bytes)
      if (!decoded.ok) return decoded
      state = decoded.value
      continue
    }
    const more = decodeWork(bytes)
    if (!more.ok) return more
    merge(state, more.value)
  }
  return state === undefined ? failure('malformed', 'a snapshot without parts') : success(state)
}

/** A job's or holding's units go on from one part to the next. */
function merge({ requester: { jobs }, provider: { holdings } }: PeerState, more: Work): void {
  for (const [id, job] of more.jobs) {
    const known = jobs.get(id)
    if (known === undefined) jobs.set(id, job)
    else for (const [index, unit] of job.units) known.units.set(index, unit)
  }
  for (const [key, holding] of more.holdings) {
    const known = holdings.get(key)
    if (known === undefined) holdings.set(key, holding)
    else for (const [index, unit] of holding.units) known.units.set(index, unit)
  }
}

function firstTwo<T>(all: Iterable<T>): readonly (T | undefined)[] {
  const found: T[] = []
  for (const item of all) if (found.push(item) === 2) break
  return found
}

/** Some units of one job or holding. */
type Piece =
  | { readonly kind: 'job'; readonly job: JobState; readonly attempts: number }
  | { readonly kind: 'holding'; readonly key: string; readonly holding: Holding; readonly attempts: number }

/** The work in parts of about this many attempts. */
function* workParts(state: PeerState, attemptsMax: number): Generator<Work, void, void> {
  let part: Work = { jobs: new Map(), holdings: new Map() }
  let attempts = 0
  for (const piece of pieces(state, attemptsMax)) {
    if (attempts > 0 && attempts + piece.attempts > attemptsMax) {
      yield part
      part = { jobs: new Map(), holdings: new Map() }
      attempts = 0
    }
    attempts += piece.attempts
    if (piece.kind === 'job') part.jobs.set(piece.job.manifest.job_id, piece.job)
    else part.holdings.set(piece.key, piece.holding)
  }
  if (attempts > 0) yield part
}

function* pieces(
  { requester: { jobs }, provider: { holdings } }: PeerState,
  attemptsMax: number,
): Generator<Piece, void, void> {
  for (const job of jobs.values()) {
    for (const { units, attempts } of cut(
      job.units,
      (unit: UnitState) => unit.attempts.length,
      attemptsMax,
    )) {
      yield { kind: 'job', job: { ...job, units }, attempts }
    }
  }
  for (const [key, holding] of holdings) {
    for (const { units, attempts } of cut(holding.units, (_: HeldUnit) => 1, attemptsMax)) {
      yield { kind: 'holding', key, holding: { ...holding, units }, attempts }
    }
  }
}

/** Batches of units, in order; one empty batch where there are none. */
function* cut<U>(
  units: ReadonlyMap<number, U>,
  attemptsOf: (unit: U) => number,
  attemptsMax: number,
): Generator<{ readonly units: Map<number, U>; readonly attempts: number }, void, void> {
  let some = new Map<number, U>()
  let attempts = ATTEMPTS_OF_JOB
  for (const [index, unit] of units) {
    const more = 1 + attemptsOf(unit)
    if (some.size > 0 && attempts + more > attemptsMax) {
      yield { units: some, attempts }
      some = new Map()
      attempts = ATTEMPTS_OF_JOB
    }
    some.set(index, unit)
    attempts += more
  }
  yield { units: some, attempts }
}
