import { pauseReason, sharedSlots, slotAt } from '../../peer/sharing/shared-slots.ts'
import { manifestOf } from '../../peer/provider/starting.ts'
import { holdingKey } from '../../peer/provider/slice.ts'
import { redundancyOf, type JobState } from '../../peer/requester/slice.ts'
import type { PeerState } from '../../peer/state.ts'
import { areFriends, trustOf } from '../../peer/pairing/trust.ts'
import { timedOutPeers } from '../../peer/requester/time-outs.ts'
import { recordOf } from '../../peer/requester/records.ts'
import { bookOf, openCount } from '../../peer/requester/unit-book.ts'
import { groupByEngine } from '../../peer/requester/engine-groups.ts'
import { engineOfPeer, isExactlyChecked } from '../../peer/requester/engines.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { amount, RESOURCE_DIMENSIONS, type ComputeResource } from '../../protocol/resource.ts'
import { hold } from './broken.ts'
import type { Process } from '../process/process.ts'
import type { Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

/** How long a free core may stay without work on a good network … */
const IDLE_MS_MAX = 2_000
/** … and for how many messages, one after the other, on a slow one. */
const MESSAGES = 8
/** Amounts are decimal fractions; differences below this are rounding. */
const AMOUNT_TOLERANCE = 1e-6
/** After bad weather, or a start, all has been said again by then: a heartbeat, and some. */
const SETTLED_AFTER_MS = 25_000

/** Looks for providers that could work and do not. */
export interface IdleAudit {
  look(): void
}

/** Creates the audit of a world; it says nothing while the weather is bad. */
export function createIdleAudit(world: World, scenario: Scenario, startMs: number): IdleAudit {
  const idleSinceMs = new Map<string, number>()
  const { loss, delayMs } = scenario.weather
  const storms = stormsOf(scenario, loss > 0)
  const patienceMs = IDLE_MS_MAX + MESSAGES * delayMs[1]

  function isFair(atMs: number): boolean {
    return storms.every(({ fromMs, untilMs }) => atMs < fromMs || atMs > untilMs + SETTLED_AFTER_MS)
  }

  function isSettled({ state, nowMs }: Process): boolean {
    return nowMs() - state.view.startedAtMs > SETTLED_AFTER_MS
  }

  return {
    look() {
      const nowMs = world.schedule.nowMs()
      const processes = isFair(nowMs - startMs)
        ? [...world.residents.values()].map(({ process }) => process)
        : []
      const seen = new Set<string>()
      const asking = processes.filter((process) => process !== undefined && hasOpenWork(process))
      for (const provider of processes) {
        if (provider?.character.kind !== 'honest' || !isSettled(provider)) continue
        for (const requester of asking) {
          if (requester === undefined || requester === provider || !isSettled(requester)) continue
          const job = workFor(provider, requester)
          if (job === undefined) continue
          const key = `${provider.me}/${holdingKey(requester.me, job.manifest.job_id)}`
          seen.add(key)
          const sinceMs = idleSinceMs.get(key) ?? nowMs
          idleSinceMs.set(key, sinceMs)
          hold('S17', nowMs - sinceMs <= patienceMs, () => {
            const idleMs = nowMs - sinceMs
            return `${provider.me.slice(-6)} has a free core for ${idleMs} ms, and ${openCount(job)} units of ${job.manifest.job_id} of ${requester.me.slice(-6)} are open`
          })
        }
      }
      for (const key of idleSinceMs.keys()) if (!seen.has(key)) idleSinceMs.delete(key)
    },
  }
}

/** When the network was bad: until calm, where it loses anything; while it was split. Crashes show in their processes. */
function stormsOf(
  { calmAtMs, incidents }: Scenario,
  isLossy: boolean,
): { fromMs: number; untilMs: number }[] {
  const split = incidents.flatMap((incident) =>
    incident.kind === 'partition'
      ? [{ fromMs: incident.atMs, untilMs: incident.atMs + incident.lastsMs }]
      : [],
  )
  return isLossy ? [...split, { fromMs: 0, untilMs: calmAtMs }] : split
}

/** Whether a requester has units that wait for a provider. */
function hasOpenWork({ state }: Process): boolean {
  return [...state.requester.jobs.values()].some(
    (job) => job.status.state === 'running' && openCount(job) > 0,
  )
}

/** A job that has units open for a provider which has a core free for one of them. */
function workFor({ me, state, nowMs }: Process, requester: Process): JobState | undefined {
  const slot = slotAt(sharedSlots(state, nowMs()), nowMs())
  if (slot === undefined || slot.algorithms.length === 0 || pauseReason(state, nowMs()) !== undefined)
    return undefined
  // Its own jobs come first, and take what they can.
  if ([...state.requester.jobs.values()].some((job) => job.status.state === 'running')) return undefined
  const theirs = requester.state
  if (!(trustOf(state, requester.me) > 0) || !(trustOf(theirs, me) > 0)) return undefined
  if (!theirs.view.connected.has(me) || !state.view.connected.has(requester.me)) return undefined
  // A peer that is wrong or missing too often by the requester's policy, a new one too, waits for others (M19).
  const { quality, reliability } = recordOf(theirs, me)
  if (Math.min(quality, reliability) < theirs.policy.reputation.poor_below) return undefined
  return [...theirs.requester.jobs.values()].find(
    (job) => mayHave(theirs, job, me, requester.nowMs()) && fitsBeside(state, slot.resources, job),
  )
}

/** Whether a unit of a job is open that a peer may compute. */
function mayHave(requester: PeerState, job: JobState, peer: PeerId, nowMs: number): boolean {
  if (job.status.state !== 'running' || openCount(job) === 0) return false
  // Two who trust each other fully wait for others to check them.
  const hasFriend = [...requester.view.commitments.keys(), requester.me].some(
    (other) => other !== peer && areFriends(requester, peer, other),
  )
  if (redundancyOf(job) > 1 && hasFriend) return false
  // Units of which it ran out of time wait for others first.
  if ([...job.units.values()].some((unit) => timedOutPeers(unit).includes(peer))) return false
  // Peers of an engine that is too rare for a quorum wait for others of it.
  const { manifest } = job
  const engine = engineOfPeer(requester, peer, manifest)
  if (
    isExactlyChecked(job) &&
    !(engine !== undefined && groupByEngine(requester, job, nowMs).mayBegin(engine))
  ) {
    return false
  }
  const { untouched, partial, partialClosedTo } = bookOf(job)
  const closedUntilMs = requester.view.offers.get(peer)?.get(job.manifest.job_id)?.closedUntilMs ?? 0
  if (closedUntilMs > nowMs) return false
  return untouched.count + partial.count > partialClosedTo(peer, engine)
}

/** Whether a unit of a job fits beside what a provider runs: a core each at least, and enough of all else. */
function fitsBeside(state: PeerState, shared: ComputeResource, job: JobState): boolean {
  return RESOURCE_DIMENSIONS.every((dimension) => {
    const each = (resources: ComputeResource): number =>
      Math.max(amount(resources, dimension), dimension === 'cpu_cores' ? Math.min(1, shared.cpu_cores) : 0)
    let used = 0
    for (const holding of state.provider.holdings.values()) {
      const running = state.view.atWork.get(holdingKey(holding.requester, holding.job))?.running.size ?? 0
      const manifest = manifestOf(state, holding)
      used += running * (manifest === undefined ? 1 : each(manifest.required_resources))
    }
    const needed = each(job.manifest.required_resources)
    return needed === 0 || used + needed <= amount(shared, dimension) + AMOUNT_TOLERANCE
  })
}
