import type { Waiting } from '#contract'
import { needsLimits, notLent } from '../../peer/provider/lending.ts'
import { slotAt, slotsForOwn } from '../../peer/sharing/shared-slots.ts'
import { engineOfPeer, isExactlyChecked } from '../../peer/requester/engines.ts'
import { quorumOfJob, redundancyOf, type JobState } from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { spentPeers } from '../../peer/requester/time-outs.ts'
import { isGone } from '../../peer/pairing/away.ts'
import { activeCommitments, trustOf } from '../../peer/pairing/trust.ts'
import { needOf } from '../../peer/requester/unit.ts'
import { bookOf, openRanges } from '../../peer/requester/unit-book.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { amount, RESOURCE_DIMENSIONS } from '../../protocol/resource.ts'
import type { AvailabilitySlot } from '../../protocol/slot.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { tooFewPeers } from './shortage.ts'

/** Peers that could compute a job offer within seconds; those that have not by then may not know what it is. */
const OFFERS_WITHIN_MS = 60_000

/** A peer that might work on a job: the slots that it shares, and whether it works for this peer at all. */
interface Candidate {
  readonly peer: PeerId
  readonly slots: readonly AvailabilitySlot[]
  readonly trustsMe: boolean
  readonly isTrusted: boolean
}

/**
 * Why no peer works on a job that has open units: the first condition that too few peers meet, in the order in
 * which a user would do something about it. Undefined when enough could, so that only the next round is waited for.
 */
export function whyWaiting(state: Readonly<PeerState>, job: JobState, nowMs: number): Waiting | undefined {
  if (job.status.state !== 'running') return undefined
  const [open] = openRanges(job, 1)
  const need = open === undefined ? undefined : needOf(job, open[0])
  if (need === undefined) return undefined
  const { manifest } = job
  const sharing = candidates(state, nowMs).filter(({ slots }) => slots.length > 0)
  if (sharing.length === 0) return nobodyShares(state)
  const able = ableToRun(sharing, manifest)
  if ('kind' in able) return able
  const willing = able.candidates.filter(({ trustsMe }) => trustsMe)
  if (willing.length === 0) {
    return { kind: 'nobody-trusts-you', message: 'nobody who could work on this trusts you yet' }
  }
  const trusted = willing.filter(({ isTrusted }) => isTrusted)
  if (trusted.length === 0) {
    return { kind: 'nobody-trusted', message: 'you have set no trust for anybody who could work on this' }
  }
  return whyFewer(state, job, need, { sharing, trusted }, nowMs)
}

/** Why those who would work on a job do not: they are too few for its units, or of different builds, or do not offer. */
function whyFewer(
  state: Readonly<PeerState>,
  job: JobState,
  need: NonNullable<ReturnType<typeof needOf>>,
  { sharing, trusted }: { readonly sharing: readonly Candidate[]; readonly trusted: readonly Candidate[] },
  nowMs: number,
): Waiting | undefined {
  const { manifest } = job
  const peers = trusted.map(({ peer }) => peer)
  const fresh = trusted.filter(({ peer }) => !need.holders.includes(peer))
  const more = Math.max(need.missing - fresh.length, redundancyOf(job) - peers.length)
  const isElsewhere = runsElsewhere(sharing, manifest, more)
  const isShort = peers.length < redundancyOf(job) && cannotEnd(job, peers)
  if (isShort && !isElsewhere) return tooFewPeers(state, job, peers, more, nowMs)
  if (fresh.length >= need.missing) {
    return isOfManyBuilds(state, job, trusted)
      ? otherBuilds(job)
      : nobodyOffers(state, job, fresh, need.missing, nowMs)
  }
  return isElsewhere
    ? otherVersions(job, more, sharing)
    : moreVerifiers(job, openRanges(job, 1)[0]?.[0] ?? 0, more)
}

/** Open units that are looked at for one that too few peers can compute. */
const UNITS_LOOKED_AT_MAX = 64

/** Whether some open unit needs more different peers than these. */
function cannotEnd(job: JobState, peers: readonly PeerId[]): boolean {
  if (bookOf(job).untouched.count > 0) return true
  const ranges = openRanges(job, UNITS_LOOKED_AT_MAX)
  return ranges.some(([from, to]) => {
    for (let index = from; index < Math.min(to, from + UNITS_LOOKED_AT_MAX); index++) {
      const need = needOf(job, index)
      if (need === undefined) continue
      if (peers.filter((peer) => !need.holders.includes(peer)).length < need.missing) return true
    }
    return false
  })
}

/** Whether as many as are missing share and have the algorithm in another version. */
function runsElsewhere(sharing: readonly Candidate[], manifest: JobManifest, more: number): boolean {
  return sharing.filter(({ slots }) => runsAnotherVersion(slots, manifest)).length >= more
}

/** Those who run a job's units and have room for one, or why there are none. */
function ableToRun(
  sharing: readonly Candidate[],
  manifest: JobManifest,
): { readonly candidates: readonly Candidate[] } | Waiting {
  const running = sharing.filter(({ slots }) => slots.some((slot) => runs(slot, manifest)))
  if (running.length === 0) {
    const name = `${manifest.algorithm_id} ${manifest.algorithm_version}`
    return { kind: 'nobody-runs-it', message: `nobody who shares at the moment runs ${name}` }
  }
  if (running.every(({ slots }) => lacksLimits(slots, manifest))) {
    const message = `nobody runs ${manifest.algorithm_id} for a job that sets no limits for a unit`
    return { kind: 'nobody-runs-it', message }
  }
  const fitting = running.filter(({ slots }) =>
    slots.some((slot) => runs(slot, manifest) && fits(slot, manifest)),
  )
  if (fitting.length === 0) {
    return { kind: 'nobody-fits', message: `nobody who shares has ${needText(manifest)} for one unit` }
  }
  const above = fitting.map(({ slots }) => aboveLent(slots, manifest))
  const lending = fitting.filter((_, index) => above[index] === undefined)
  if (lending.length === 0) {
    const what = manifest.limits === undefined ? 'a unit' : 'a module'
    return { kind: 'nobody-fits', message: `nobody who shares lends ${what} so much: ${above[0] ?? ''}` }
  }
  return { candidates: lending }
}

/** That enough peers share, and too few of them have the algorithm in the job's version. */
function otherVersions(job: JobState, more: number, sharing: readonly Candidate[]): Waiting {
  const other = sharing.filter(({ slots }) => runsAnotherVersion(slots, job.manifest)).length
  const { algorithm_id, algorithm_version } = job.manifest
  const has = other === 1 ? '1 peer who shares has' : `${other} peers who share have`
  const message =
    `each unit needs ${redundancyOf(job)} different peers; ${more} more must run ` +
    `${algorithm_id} ${algorithm_version}, and ${has} another version`
  return { kind: 'nobody-runs-it', message }
}

/** Whether results are compared bit for bit, and of no build of the algorithm as many peers share as must agree. */
function isOfManyBuilds(
  state: Readonly<PeerState>,
  job: JobState,
  candidates: readonly Candidate[],
): boolean {
  if (!isExactlyChecked(job)) return false
  const engines = candidates.map(({ peer }) => engineOfPeer(state, peer, job.manifest))
  return engines.every((engine) => engines.filter((other) => other === engine).length < quorumOfJob(job))
}

/** That peers share, but not enough of them with one build. */
function otherBuilds(job: JobState): Waiting {
  const { algorithm_id, algorithm_version } = job.manifest
  const message =
    `each unit needs ${quorumOfJob(job)} peers with the same build of ${algorithm_id} ${algorithm_version}; ` +
    'those who share have different ones, so update Meshwork everywhere'
  return { kind: 'nobody-runs-it', message }
}

/** That a unit needs more distinct peers than there are. */
function moreVerifiers(job: JobState, index: number, more: number): Waiting {
  const { units, verification } = job
  const unit = units.get(index)
  const spent = unit === undefined ? [] : spentPeers(unit, job)
  if (spent.length > 0) {
    const where = spent.length === 1 ? 'one peer' : `each of ${spent.length} peers`
    const message = `unit ${index} ran out of its time ${verification.time_outs_max} times on ${where}; ${more} more must share`
    return { kind: 'more-verifiers', message }
  }
  return {
    kind: 'more-verifiers',
    message: `each unit needs ${redundancyOf(job)} different peers; ${more} more must share`,
  }
}

function candidates(state: Readonly<PeerState>, nowMs: number): Candidate[] {
  const there = activeCommitments(state, nowMs).filter(({ peer_id }) => !isGone(state, peer_id, nowMs))
  const others = there.map((commitment) => ({
    peer: commitment.peer_id,
    // Slots that begin later do not help now.
    slots: commitment.availability_slots.filter((slot) => slotAt([slot], nowMs) !== undefined),
    trustsMe: (commitment.trust_weights[state.me] ?? 0) > 0,
    isTrusted: trustOf(state, commitment.peer_id) > 0,
  }))
  return [{ peer: state.me, slots: slotsForOwn(state, nowMs), trustsMe: true, isTrusted: true }, ...others]
}

/** That enough peers could, and all the same too few ask for an encrypted job, which older versions do not understand. */
function nobodyOffers(
  state: Readonly<PeerState>,
  job: JobState,
  fresh: readonly Candidate[],
  missing: number,
  nowMs: number,
): Waiting | undefined {
  const { job_id, encryption } = job.manifest
  const sinceMs = Math.max(job.submittedAtMs, job.progressAtMs)
  if (encryption === undefined || nowMs - sinceMs < OFFERS_WITHIN_MS) return undefined
  const { takers } = bookOf(job)
  const able = fresh.filter(
    ({ peer }) => peer === state.me || takers.has(peer) || state.view.offers.get(peer)?.has(job_id) === true,
  )
  if (able.length >= missing) return undefined
  const message =
    'too few peers have offered to compute this encrypted job in a minute: older versions of Meshwork cannot'
  return { kind: 'nobody-runs-it', message }
}

function nobodyShares({ view }: Readonly<PeerState>): Waiting {
  if (view.connected.size === 0) {
    return { kind: 'nobody-connected', message: 'nobody is connected, and this machine is not measured yet' }
  }
  return { kind: 'nobody-shares', message: 'nobody who is connected shares anything at the moment' }
}

function runs(slot: AvailabilitySlot, manifest: JobManifest): boolean {
  return slot.algorithms.some(
    ({ algorithm_id, version, supported }) =>
      supported && algorithm_id === manifest.algorithm_id && version === manifest.algorithm_version,
  )
}

/** Whether the slots have a job's algorithm, but in no version that computes the job. */
function runsAnotherVersion(slots: readonly AvailabilitySlot[], manifest: JobManifest): boolean {
  const isKnown = slots.some(({ algorithms }) =>
    algorithms.some((one) => one.supported && one.algorithm_id === manifest.algorithm_id),
  )
  return isKnown && !slots.some((slot) => runs(slot, manifest))
}

/** Whether a job sets no limits for a unit, and all the slots that have its algorithm need some. */
function lacksLimits(slots: readonly AvailabilitySlot[], manifest: JobManifest): boolean {
  if (manifest.limits !== undefined) return false
  return slots
    .filter((slot) => runs(slot, manifest))
    .every(({ algorithms }) => needsLimits(algorithms, manifest.algorithm_id))
}

/** Why none of the slots lends a job's units what they ask for; undefined when one does, or none says how much. */
function aboveLent(slots: readonly AvailabilitySlot[], manifest: JobManifest): string | undefined {
  const lines = slots.flatMap((slot) => {
    const capability = slot.algorithms.find((one) => one.algorithm_id === manifest.algorithm_id)
    if (capability === undefined || !fits(slot, manifest)) return []
    return [notLent(manifest, capability.limits ?? capability.lent ?? {})]
  })
  return lines.includes(undefined) ? undefined : lines[0]
}

function fits(slot: AvailabilitySlot, { required_resources }: JobManifest): boolean {
  return RESOURCE_DIMENSIONS.every((name) => amount(slot.resources, name) >= amount(required_resources, name))
}

function needText({ required_resources }: JobManifest): string {
  const { cpu_cores, ram_gb, disk_gb = 0, gpu_vram_gb = 0, network_mbps = 0 } = required_resources
  const more = [
    ...(disk_gb > 0 ? [`${disk_gb} GB of disk`] : []),
    ...(gpu_vram_gb > 0 ? [`${gpu_vram_gb} GB on one graphics card`] : []),
    ...(network_mbps > 0 ? [`a network of ${network_mbps} Mbit/s`] : []),
  ]
  const memory = `${Number(ram_gb.toFixed(2))} GB of memory`
  return [`${cpu_cores} cores and ${memory}`, ...more].join(' and ')
}
