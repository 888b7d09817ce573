import {
  groupName,
  groupProgress,
  newestRunning,
  type JobId,
  type JobSummary,
  type NearbyTry,
  type NodeNews,
  type NodePulse,
  type PairRequest,
  type PeerId,
  type Person,
  type Preferences,
  type SharingNow,
  type UnitHere,
  type WorkingFor,
} from '#contract'

/** The peer's last news, as tray and notifications show them. */
export interface DesktopState {
  readonly pulse?: NodePulse
  readonly sharing?: SharingNow
  readonly unitsHere: readonly UnitHere[]
  /** For whom this PC works; holds for seconds. */
  readonly workingFor: readonly WorkingFor[]
  readonly jobs: ReadonlyMap<JobId, JobSummary>
  readonly people: ReadonlyMap<PeerId, Person>
  readonly pairRequests: readonly PairRequest[]
  /** Tries to pair with PCs in the same network. */
  readonly nearbyTries: readonly NearbyTry[]
  readonly preferences?: Preferences
}

/** Before the peer has said anything. */
export const NOTHING_KNOWN: DesktopState = {
  unitsHere: [],
  workingFor: [],
  jobs: new Map(),
  people: new Map(),
  pairRequests: [],
  nearbyTries: [],
}

/** The state after some news. */
export function applyNews(before: DesktopState, news: NodeNews): DesktopState {
  const known = news.is_whole ? NOTHING_KNOWN : before
  return {
    ...known,
    ...(news.pulse === undefined ? {} : { pulse: news.pulse }),
    ...(news.sharing === undefined ? {} : { sharing: news.sharing }),
    ...(news.units_here === undefined ? {} : { unitsHere: news.units_here }),
    ...(news.working_for === undefined ? {} : { workingFor: news.working_for }),
    ...(news.pair_requests === undefined ? {} : { pairRequests: news.pair_requests }),
    ...(news.nearby === undefined ? {} : { nearbyTries: news.nearby.tries }),
    ...(news.preferences === undefined ? {} : { preferences: news.preferences }),
    jobs: merged(known.jobs, news.jobs, (job) => job.job_id),
    people: merged(known.people, news.people, (person) => person.peer_id),
  }
}

/** Own jobs that are not at their end. */
export function runningJobs({ jobs }: DesktopState): number {
  let count = 0
  for (const { state } of jobs.values()) if (state.kind === 'running') count++
  return count
}

/** The newest own job that runs: its name, and how far it is, 0 to 1. */
export function ownProgress({
  jobs,
}: DesktopState): { readonly name: string; readonly fraction: number } | undefined {
  const newest = newestRunning(jobs.values())
  return newest && { name: groupName(newest), fraction: groupProgress(newest.jobs) }
}

function merged<K, V>(
  known: ReadonlyMap<K, V>,
  change: { readonly changed: readonly V[]; readonly removed: readonly K[] } | undefined,
  keyOf: (value: V) => K,
): ReadonlyMap<K, V> {
  if (change === undefined || change.changed.length + change.removed.length === 0) return known
  const next = new Map(known)
  for (const key of change.removed) next.delete(key)
  for (const value of change.changed) next.set(keyOf(value), value)
  return next
}
