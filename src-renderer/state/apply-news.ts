import type { NodeNews } from '#contract'
import { EMPTY_MIRROR, type NodeMirror } from './node-mirror.ts'

/** The mirror after a piece of news. A whole one voids all that it does not name; a change keeps it. */
export function applyNews(mirror: NodeMirror, news: NodeNews): NodeMirror {
  const before = news.is_whole ? EMPTY_MIRROR : mirror
  return {
    ...mirror,
    isLoaded: true,
    pulse: news.pulse ?? before.pulse,
    sharing: news.sharing ?? before.sharing,
    readings: news.readings ?? before.readings,
    meters: news.meters ?? before.meters,
    workingFor: news.working_for ?? before.workingFor,
    unitsHere: news.units_here ?? before.unitsHere,
    jobs: changedMap(before.jobs, news.jobs, (job) => job.job_id),
    people: changedMap(before.people, news.people, (person) => person.peer_id),
    reach: news.reach ?? before.reach,
    pairRequests: news.pair_requests ?? before.pairRequests,
    nearby: news.nearby ?? before.nearby,
    // A window keeps its looks while a node that does not tell them is being asked.
    preferences: news.preferences ?? mirror.preferences,
  }
}

/** A map after changes, the same one when there are none. */
function changedMap<K, V>(
  before: ReadonlyMap<K, V>,
  change: { readonly changed: readonly V[]; readonly removed: readonly K[] } | undefined,
  keyOf: (value: V) => K,
): ReadonlyMap<K, V> {
  if (change === undefined || change.changed.length + change.removed.length === 0) return before
  const after = new Map(before)
  for (const key of change.removed) after.delete(key)
  for (const value of change.changed) after.set(keyOf(value), value)
  return after
}
