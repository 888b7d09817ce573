import { RELIABILITY_DAYS, type Person } from '#contract'
import type { PeerState } from '../../peer/state.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { createRateLimiter } from '../news/rate-limiter.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { createCoresReader, personViews } from './person-view.ts'

/** Counting each person's units of our jobs goes over all units of these jobs. */
const COUNT_EVERY_MS = 500
const COUNT_SHARE_MAX = 0.01
/** Days change slowly, and each person's are read from the statistics. */
const DAYS_EVERY_MS = 10_000
const DAYS_SHARE_MAX = 0.01

/** All people with their present state; quick enough to be called several times a second. */
export function createPeopleView(parts: ApiDependencies): () => Person[] {
  const { runtime, transport, clock, spelling } = parts
  const { state } = runtime
  const coresShared = createCoresReader()
  const shortNames = new Map<PeerId, string>()
  let unitsForUs: ReadonlyMap<PeerId, number> = new Map()
  let days = new Map<PeerId, readonly (number | null)[]>()
  const countPace = createRateLimiter(COUNT_EVERY_MS, COUNT_SHARE_MAX)
  const daysPace = createRateLimiter(DAYS_EVERY_MS, DAYS_SHARE_MAX)

  /** A name is a hash of the key, and 200 of them take longer than all the rest. */
  function shortNameOf(peer: PeerId): string {
    const known = shortNames.get(peer) ?? spelling.shortNameOf(peer)
    if (state.pairing.contacts.has(peer)) shortNames.set(peer, known)
    return known
  }

  function reliabilityByDay(peer: PeerId): readonly (number | null)[] {
    const known = days.get(peer) ?? parts.statistics.reliabilityByDay(peer, RELIABILITY_DAYS)
    days.set(peer, known)
    return known
  }

  return () => {
    countPace(() => {
      unitsForUs = countUnitsForUs(state)
      for (const peer of shortNames.keys()) if (!state.pairing.contacts.has(peer)) shortNames.delete(peer)
    })
    daysPace(() => {
      days = new Map()
    })
    return personViews(state, {
      nowMs: clock.nowMs(),
      connections: transport.connections(),
      reach: transport.reach(),
      shortNameOf,
      coresShared,
      unitsForThem: countBy(runtime.activeUnits(), ({ requester }) => requester),
      unitsForUs,
      reliabilityByDay,
    })
  }
}

/** Units of our jobs that others hold. */
function countUnitsForUs({ requester: { jobs } }: Readonly<PeerState>): ReadonlyMap<PeerId, number> {
  const counts = new Map<PeerId, number>()
  for (const { status, units } of jobs.values()) {
    if (status.state !== 'running') continue
    for (const { verified, attempts } of units.values()) {
      if (verified !== undefined) continue
      for (const attempt of attempts) {
        if (attempt.status.state === 'awarded') counts.set(attempt.peer, (counts.get(attempt.peer) ?? 0) + 1)
      }
    }
  }
  return counts
}

function countBy<T, K>(values: readonly T[], keyOf: (value: T) => K): Map<K, number> {
  const counts = new Map<K, number>()
  for (const value of values) counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0) + 1)
  return counts
}
