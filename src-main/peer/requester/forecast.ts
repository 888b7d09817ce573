import type { ComputeCommitment } from '../../protocol/commitment.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { MOMENT_MS_MAX, saturated } from '../../protocol/quantities.ts'
import { amount, RESOURCE_DIMENSIONS } from '../../protocol/resource.ts'
import type { AvailabilitySlot } from '../../protocol/slot.ts'
import { toMs } from '../../protocol/time.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { inputBytes, RATE_UNKNOWN_BYTES_PER_S } from '../provider/fetching.ts'
import { notLent } from '../provider/lending.ts'
import { leastTimeMs, type RepeatedWork, type Stretch } from './shared-work.ts'
import { slotsForOwn } from '../sharing/shared-slots.ts'
import { priorityOf, redundancyOf, type JobState } from './slice.ts'
import type { PeerState } from '../state.ts'
import { activeCommitments } from '../pairing/trust.ts'

/** An end more than a century away is not forecast. */
const HORIZON_MS = 100 * 366 * 24 * 3_600_000
/** The most begun units of a job that are counted; with more, the running part makes no difference. */
const UNITS_LOOKED_AT_MAX = 4_096
/** A unit that takes longer than its job's others may end any moment, but not before now. */
const BEGUN_SHARE_MAX = 0.95
/** Nothing takes no time at all. */
const UNIT_MS_MIN = 0.1

/** The work that one peer can do for a job: its time, and how much of it is at work at once. */
interface Helper {
  readonly peer: PeerId
  readonly stretches: readonly Stretch[]
  /** Units that run at once at most, and the speed of each. */
  readonly lanes: number
  readonly score: number
}

/**
 * When a job will be done if all who work for this peer go on to share what they publish: the units that are left, as
 * often as each is checked, by what units took so far (by the manifest's estimate before one ran), over the cores that fit
 * at every peer, this one included, weighted by their speed. Own jobs that go first take theirs before; of a peer that
 * several requesters ask, each has an equal share. Hours that are painted count when they come; beyond what a peer has
 * published it goes on as on average until then. Before the first award, others fetch the inputs at a usual rate.
 *
 * Bounds of its error: it is as wrong as the unit's time is, so before a unit ran as the manifest's estimate (of a module
 * without one that is its limit, which may be a thousand times too long). Units are counted as if they could be cut, with
 * half a unit's time for the end, which is off by less than one unit's time. Work for requesters whom this peer does not
 * know is not counted, nor are people who come or go: each changes the rest by its share of all speed.
 *
 * @returns milliseconds since 1970; undefined for a job that does not run, and while too few share for its redundancy
 */
export function forecastEndMs(state: PeerState, job: JobState, nowMs: number): number | undefined {
  if (job.status.state !== 'running') return undefined
  const helpers = helpersOf(state, job, nowMs)
  const speed = helpers.reduce((sum, { lanes, score }) => sum + lanes * score, 0)
  const lanes = helpers.reduce((sum, helper) => sum + helper.lanes, 0)
  if (lanes === 0) return undefined
  const scoreMean = speed / lanes
  const unitMs = referenceUnitMs(job, scoreMean, meanRunMs(job))
  const left = job.manifest.unit_count - job.verified
  const begun = begunUnits(job, helpers, unitMs / scoreMean, nowMs)
  const work = add(workOf(job, unitMs, begun.units), workAhead(state, job, scoreMean))
  const workMs = leastTimeMs(
    helpers.map(({ stretches }) => stretches),
    work,
    HORIZON_MS,
  )
  if (workMs === undefined) return undefined
  // The last units begin when others end; fewer than there is room for take as long as one, less what is begun of it.
  const atOnceMs = unitMs / scoreMean
  const isAllBegun = left > 0 && begun.count >= left * redundancyOf(job)
  const leastMs = left === 0 ? 0 : isAllBegun ? atOnceMs * (1 - begun.shareMin) : atOnceMs
  const tailMs = isAllBegun || left === 0 ? 0 : atOnceMs / 2
  // Peers report their own speed: the result may be far beyond any date.
  return saturated(nowMs + Math.max(leastMs, workMs + tailMs), MOMENT_MS_MAX)
}

/**
 * Time of one unit on a core of the reference machine. What was observed ran on cores of about the mean speed. The mean of
 * all runs, where it is known, swings less than the average of the latest: a forecast is for all that is left.
 */
function referenceUnitMs(
  { observedMs, manifest }: JobState,
  scoreMean: number,
  meanRunMs: number = observedMs,
): number {
  const unitMs = meanRunMs > 0 ? meanRunMs * scoreMean : manifest.estimated_duration_seconds * 1_000
  return Math.max(UNIT_MS_MIN, unitMs)
}

/** The duration of the runs whose output was returned; undefined before the first, and for jobs with too many units. */
function meanRunMs({ manifest, units }: JobState): number | undefined {
  if (manifest.unit_count > UNITS_LOOKED_AT_MAX) return undefined
  let [sumMs, count] = [0, 0]
  for (const { attempts } of units.values()) {
    for (const { status } of attempts) {
      if (status.state !== 'returned') continue
      sumMs += status.metrics.wall_ms
      count++
    }
  }
  return count === 0 ? undefined : sumMs / count
}

function workOf(job: JobState, unitMs: number, begunUnits: number): RepeatedWork {
  const left = job.manifest.unit_count - job.verified
  const executions = Math.max(0, left * redundancyOf(job) - begunUnits)
  return { onceMs: left * unitMs, allMs: executions * unitMs }
}

function add(a: RepeatedWork, b: RepeatedWork): RepeatedWork {
  return { onceMs: a.onceMs + b.onceMs, allMs: a.allMs + b.allMs }
}

/** The work of own jobs before this one, or in turns with it. */
function workAhead(state: PeerState, job: JobState, scoreMean: number): RepeatedWork {
  let ahead: RepeatedWork = { onceMs: 0, allMs: 0 }
  const mine = workOf(job, referenceUnitMs(job, scoreMean), 0)
  for (const other of state.requester.jobs.values()) {
    if (other === job || other.status.state !== 'running') continue
    const theirs = workOf(other, referenceUnitMs(other, scoreMean), 0)
    switch (placeOf(other, job)) {
      case 'before':
        ahead = add(ahead, theirs)
        break
      case 'in-turns': {
        // Of a longer job only as much as this one lasts.
        const share = Math.min(1, mine.allMs / Math.max(theirs.allMs, Number.MIN_VALUE))
        ahead = add(ahead, { onceMs: theirs.onceMs * share, allMs: theirs.allMs * share })
        break
      }
      case 'after':
    }
  }
  return ahead
}

/**
 * Work of all running own jobs, checks included, in milliseconds of one core of the reference machine: a new job of the
 * usual priority takes turns with them.
 */
export function ownWorkAhead(state: PeerState, nowMs: number): number {
  let ahead = 0
  for (const job of state.requester.jobs.values()) {
    if (job.status.state !== 'running') continue
    const helpers = helpersOf(state, job, nowMs)
    const lanes = helpers.reduce((sum, helper) => sum + helper.lanes, 0)
    const speed = helpers.reduce((sum, helper) => sum + helper.lanes * helper.score, 0)
    if (lanes > 0) ahead += workOf(job, referenceUnitMs(job, speed / lanes, meanRunMs(job)), 0).allMs
  }
  return ahead
}

/** Requesters besides this peer that a provider works for, as far as this peer hears of them. */
export function requestersAt(state: PeerState, provider: ComputeCommitment, nowMs: number): number {
  return askingOthers(state, activeCommitments(state, nowMs)).filter(({ peer_id }) =>
    isServed(peer_id, provider),
  ).length
}

/** Rules W17 and W18: the higher priority goes first, then the nearer deadline, and equals take turns. */
function placeOf(other: JobState, job: JobState): 'before' | 'in-turns' | 'after' {
  const higher = priorityOf(other) - priorityOf(job)
  if (higher !== 0) return higher > 0 ? 'before' : 'after'
  const later = deadlineMs(other) - deadlineMs(job)
  if (later < 0) return 'before'
  return later > 0 ? 'after' : 'in-turns'
}

/** None at all comes last. */
function deadlineMs({ manifest }: JobState): number {
  return manifest.deadline === undefined ? Number.MAX_VALUE : toMs(manifest.deadline)
}

/** How much of a job is at work: whole results and parts of runs in units, how many runs that is, and the least begun. */
interface Begun {
  readonly units: number
  readonly count: number
  readonly shareMin: number
}

/** The begun units that are not verified. Of what a peer holds it works on as much as it has lanes, oldest first. */
function begunUnits(job: JobState, helpers: readonly Helper[], tookMs: number, nowMs: number): Begun {
  if (job.manifest.unit_count > UNITS_LOOKED_AT_MAX) return { units: 0, count: 0, shareMin: 0 }
  const lanes = new Map(helpers.map((helper) => [helper.peer, helper.lanes]))
  const awardedAt = new Map<PeerId, number[]>()
  let returned = 0
  for (const { verified, attempts } of job.units.values()) {
    if (verified !== undefined) continue
    for (const { peer, status, awardedAtMs } of attempts) {
      if (status.state === 'returned') returned++
      if (status.state !== 'awarded') continue
      const held = awardedAt.get(peer)
      if (held === undefined) awardedAt.set(peer, [awardedAtMs])
      else held.push(awardedAtMs)
    }
  }
  const shares = [...awardedAt].flatMap(([peer, times]) =>
    times
      .sort((a, b) => a - b)
      .slice(0, lanes.get(peer) ?? 0)
      .map((atMs) => Math.min(BEGUN_SHARE_MAX, Math.max(0, nowMs - atMs) / tookMs)),
  )
  const units = shares.reduce((sum, share) => sum + share, returned)
  return { units, count: returned + shares.length, shareMin: shares.length === 0 ? 1 : Math.min(...shares) }
}

/** All peers that could work on a job, this one included. */
function helpersOf(state: PeerState, job: JobState, nowMs: number): Helper[] {
  const { manifest } = job
  const commitments = activeCommitments(state, nowMs)
  const own = helperIn(state.me, slotsForOwn(state, nowMs), manifest, nowMs)
  const fetchMs = job.firstAwardAtMs === undefined ? usualFetchMs(state, manifest) : 0
  const asking = askingOthers(state, commitments)
  const others = commitments
    .filter((commitment) => (commitment.trust_weights[state.me] ?? 0) > 0)
    .flatMap((commitment) => {
      const share = 1 / (1 + asking.filter(({ peer_id }) => isServed(peer_id, commitment)).length)
      const helper = helperIn(commitment.peer_id, commitment.availability_slots, manifest, nowMs)
      return helper === undefined ? [] : [slowed(helper, share, fetchMs)]
    })
  return own === undefined ? others : [own, ...others]
}

/** The other peers that have units open. */
function askingOthers(
  state: PeerState,
  commitments: readonly ComputeCommitment[],
): readonly ComputeCommitment[] {
  return commitments.filter(
    ({ peer_id, work_requests }) =>
      peer_id !== state.me && work_requests.some(({ open_ranges = [] }) => open_ranges.length > 0),
  )
}

/** The work that a peer can do in its slots. Beyond the last of them it goes on as on average until then. */
function helperIn(
  peer: PeerId,
  slots: readonly AvailabilitySlot[],
  manifest: JobManifest,
  nowMs: number,
): Helper | undefined {
  const stretches: Stretch[] = []
  let [lanes, score, untilMs, work] = [0, 0, 0, 0]
  for (const slot of slots) {
    const fit = fitIn(slot, manifest)
    if (fit === undefined) continue
    const stretch = {
      fromMs: Math.max(0, toMs(slot.start_time) - nowMs),
      untilMs: toMs(slot.end_time) - nowMs,
      speed: fit.lanes * fit.score,
    }
    if (stretch.untilMs <= stretch.fromMs) continue
    stretches.push(stretch)
    work += (stretch.untilMs - stretch.fromMs) * stretch.speed
    untilMs = Math.max(untilMs, stretch.untilMs)
    if (fit.lanes * fit.score > lanes * score) [lanes, score] = [fit.lanes, fit.score]
  }
  if (stretches.length === 0) return undefined
  stretches.push({ fromMs: untilMs, untilMs: Number.MAX_VALUE, speed: work / untilMs })
  return { peer, stretches, lanes, score }
}

/** How many units of a job a slot runs at once, and how fast. */
function fitIn(
  { resources, algorithms }: AvailabilitySlot,
  manifest: JobManifest,
): { lanes: number; score: number } | undefined {
  const { algorithm_id, algorithm_version, required_resources } = manifest
  const capability = algorithms.find(
    (one) => one.algorithm_id === algorithm_id && one.version === algorithm_version && one.supported,
  )
  if (capability === undefined || capability.performance_score <= 0) return undefined
  if (notLent(manifest, capability.limits ?? capability.lent ?? {}) !== undefined) return undefined
  const each = RESOURCE_DIMENSIONS.map((dimension) => {
    const needed = amount(required_resources, dimension)
    return needed > 0 ? Math.floor(amount(resources, dimension) / needed) : Number.POSITIVE_INFINITY
  })
  const lanes = Math.min(...each, Math.max(1, Math.floor(resources.cpu_cores)))
  return lanes > 0 ? { lanes, score: capability.performance_score } : undefined
}

/** Whether a provider works for a requester, as far as this peer hears of it. */
function isServed(requester: PeerId, { peer_id, trust_weights }: ComputeCommitment): boolean {
  return requester === peer_id || (trust_weights[requester] ?? 0) > 0
}

function slowed(helper: Helper, share: number, fetchMs: number): Helper {
  const stretches = helper.stretches.map(({ fromMs, untilMs, speed }) => ({
    fromMs: Math.max(fromMs, fetchMs),
    untilMs: Math.max(untilMs, fetchMs),
    speed: speed * share,
  }))
  return { ...helper, stretches }
}

/** Until others have a job's inputs, at the rate of a usual line or this user's limit of the upload. */
function usualFetchMs({ sharing: { limits } }: PeerState, manifest: JobManifest): number {
  const rate = Math.min(RATE_UNKNOWN_BYTES_PER_S, limits.upload_bytes_per_s ?? RATE_UNKNOWN_BYTES_PER_S)
  return (inputBytes(manifest, () => true) / Math.max(1, rate)) * 1_000
}
