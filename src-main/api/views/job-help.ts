import type { JobHelp } from '#contract'
import { partsOf } from '../../peer/requester/archived.ts'
import type { JobState, PeerPart } from '../../peer/requester/slice.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'

/** Done jobs that are one thing for their user, and what is known besides. */
export interface HelpedJobs {
  readonly me: PeerId
  readonly jobs: readonly JobState[]
  readonly nameOf: (peer: PeerId) => string
  /** How many units run here at once. */
  readonly lanes: number | undefined
  /** How long a job would take here alone, as it was estimated at its submission. */
  readonly estimateOf: (job: JobState) => number | undefined
  readonly isContact: (peer: PeerId) => boolean
  readonly isThanked: boolean
}

/** Somebody's part in some jobs, and the last of these that can be named to them. */
interface Part {
  readonly cpuMs: number
  readonly job: JobId
}

/** Who helped with done jobs, how long it took, and how long it would have taken here alone. */
export function jobHelp(helped: HelpedJobs): JobHelp {
  const { jobs, nameOf, isContact, isThanked } = helped
  const wallMs = wallOf(jobs)
  const aloneMs = aloneOf(helped)
  const helpers = [...helpersOf(helped)]
    .sort(([a, { cpuMs: of }], [b, { cpuMs: than }]) => than - of || (a < b ? -1 : 1))
    .map(([peer_id, { cpuMs }]) => ({ peer_id, name: nameOf(peer_id), cpu_ms: cpuMs }))
  const canThank = helpers.some(({ peer_id }) => isContact(peer_id))
  return {
    jobs: jobs.length,
    wall_ms: wallMs,
    ...(helpers.length === 0 || aloneMs === undefined || aloneMs <= wallMs ? {} : { alone_ms: aloneMs }),
    helpers,
    thanks: isThanked ? 'given' : canThank ? 'possible' : 'none',
  }
}

/** Others whose results counted in these jobs: each with all its time, and the last of them that it worked on. */
export function helpersOf({ me, jobs }: Pick<HelpedJobs, 'me' | 'jobs'>): ReadonlyMap<PeerId, Part> {
  const helpers = new Map<PeerId, Part>()
  for (const job of jobs) {
    for (const [peer, { verified, cpuMs, wallMs }] of partsOf(job)) {
      // Of units that were taken over from an earlier job no time is known, nor had their peers to do with this one.
      if (peer === me || verified === 0 || cpuMs + wallMs === 0) continue
      helpers.set(peer, { cpuMs: (helpers.get(peer)?.cpuMs ?? 0) + cpuMs, job: job.manifest.job_id })
    }
  }
  return helpers
}

/** From the first submission to the last end. */
function wallOf(jobs: readonly JobState[]): number {
  const begun = Math.min(...jobs.map(({ submittedAtMs }) => submittedAtMs))
  const ended = jobs.map(({ status, submittedAtMs }) => ('atMs' in status ? status.atMs : submittedAtMs))
  return Math.max(0, Math.max(...ended) - begun)
}

/**
 * How long the jobs would have taken here alone. By the units that ran here, so many at once, while this PC did what else it did;
 * where none ran here, by the estimates. Checks by others are left out: alone there are none. Not told of a job that went on with
 * the units of an earlier one, whose time is not known.
 */
function aloneOf({ me, jobs, lanes, estimateOf }: HelpedJobs): number | undefined {
  if (jobs.some(({ taken = 0 }) => taken > 0)) return undefined
  const units = jobs.reduce((sum, { manifest }) => sum + manifest.unit_count, 0)
  const own = jobs.map((job) => partsOf(job).get(me)).filter((part): part is PeerPart => part !== undefined)
  const ran = own.reduce((sum, { verified }) => sum + verified, 0)
  if (ran > 0) {
    const unitMs = own.reduce((sum, { wallMs }) => sum + wallMs, 0) / ran
    return lanes === undefined || unitMs === 0 ? undefined : (unitMs * units) / lanes
  }
  const estimates = jobs.map(estimateOf)
  return estimates.includes(undefined) ? undefined : estimates.reduce<number>((sum, ms) => sum + (ms ?? 0), 0)
}
