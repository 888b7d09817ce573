import { pause } from '../commands.ts'
import * as measures from '../measures.ts'
import type { LabPeer } from '../peer.ts'
import type { Outcome, Scenario, Stage } from '../scenario.ts'

const CHAOS_S = 600
const KILL_EVERY_MS = 3_000
/** A peer that was killed is started again by its user or its system within so long. */
const DOWN_MS_MAX = 2_000
const STALL_S = { min: 1, max: 20 }
/** The part of the links that stall again and again. */
const STALLING = 0.3
const CALM_WITHIN_MS = 60_000
/** Where it is not met in time, how long more is looked whether it happens at all. */
const LOOK_ON_MS = 120_000
const UNITS = 20
const UNIT_MS = 300
const LOOK_EVERY_MS = 1_000

/** Trouble that goes on until it is told to end. */
interface Chaos {
  /** Ends all of it, and waits until every peer is up again. @returns how many peers were killed */
  calm(): Promise<number>
}

function beginChaos(stage: Stage, peers: readonly LabPeer[]): Chaos {
  const over = new AbortController()
  const restarts: Promise<void>[] = []
  const killing = killAgainAndAgain(stage, peers, over.signal, restarts)
  // Looked at when it is calm; what fails before must not end the lab.
  const trouble = Promise.allSettled([
    killing,
    ...stallingLinks(stage, peers).map(([a, b]) => stallAgainAndAgain(stage, a, b, over.signal)),
    ...peers.map((peer) => submitAgainAndAgain(peer, over.signal)),
  ])
  return {
    async calm() {
      over.abort()
      throwFirst(await trouble)
      await stage.internet.heal()
      throwFirst(await Promise.allSettled(restarts))
      return killing
    },
  }
}

function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** Kills a peer that is up, at random, and starts it again a moment later. @returns how often */
async function killAgainAndAgain(
  { dice }: Stage,
  peers: readonly LabPeer[],
  signal: AbortSignal,
  restarts: Promise<void>[],
): Promise<number> {
  let kills = 0
  while (!signal.aborted) {
    await pauseUntil(KILL_EVERY_MS, signal)
    const up = peers.filter((peer) => peer.isUp())
    const peer = up[Math.floor(dice() * up.length)]
    const downMs = dice() * DOWN_MS_MAX
    if (isOver(signal) || peer === undefined) continue
    kills += 1
    await peer.kill()
    const restart = pause(downMs).then(() => peer.start())
    // Whether it came up is looked at when it is calm.
    restart.catch(() => undefined)
    restarts.push(restart)
  }
  return kills
}

function stallingLinks({ dice }: Stage, peers: readonly LabPeer[]): readonly (readonly [LabPeer, LabPeer])[] {
  const links = peers.flatMap((a, i) =>
    peers.slice(i + 1).map((b) => ({ link: [a, b] as const, lot: dice() })),
  )
  const count = Math.max(1, Math.round(links.length * STALLING))
  return links
    .toSorted((one, other) => one.lot - other.lot)
    .slice(0, count)
    .map(({ link }) => link)
}

/** Half of the time nothing gets through, for seconds at a time. */
async function stallAgainAndAgain(
  { dice, internet }: Stage,
  a: LabPeer,
  b: LabPeer,
  signal: AbortSignal,
): Promise<void> {
  const some = () => STALL_S.min + dice() * (STALL_S.max - STALL_S.min)
  while (!signal.aborted) {
    await pauseUntil(1_000 * some(), signal)
    const seconds = some()
    if (isOver(signal)) break
    await internet.cut(a.host().site, b.host().site, seconds)
    await pauseUntil(1_000 * seconds, signal)
  }
}

/** A job after the other, as long as it goes on. */
async function submitAgainAndAgain(peer: LabPeer, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // A peer that is down or is killed while it is asked has its next job when it is back.
    const isBusy = await hasOpenJob(peer).catch(() => true)
    if (!isBusy) await measures.submitWaiting(peer, UNITS, UNIT_MS).catch(() => undefined)
    await pauseUntil(LOOK_EVERY_MS, signal)
  }
}

async function hasOpenJob(peer: LabPeer): Promise<boolean> {
  return (await peer.ask((calls) => calls.jobs.list())).some(({ state }) => state.kind !== 'done')
}

/** Whether it has ended meanwhile. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted
}

/** A pause that ends early with the signal. */
function pauseUntil(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

/** The people and jobs that a peer's user sees; a restart may change none of them. */
async function seenBy(peer: LabPeer): Promise<string> {
  const [people, jobs] = await peer.ask((calls) => Promise.all([calls.people.list(), calls.jobs.list()]))
  const known = people.map(({ peer_id, name, trust_mine, verified }) => [peer_id, name, trust_mine, verified])
  const made = jobs.map(({ job_id, state, verified }) => [job_id, state.kind, verified])
  return JSON.stringify([known, made])
}

/** @returns the names of peers that see something else after a restart */
async function changedByRestart(peers: readonly LabPeer[]): Promise<readonly string[]> {
  const before = await Promise.all(peers.map(seenBy))
  await Promise.all(peers.map((peer) => peer.kill()))
  await Promise.all(peers.map((peer) => peer.start()))
  const after = await Promise.all(peers.map(seenBy))
  return peers.filter((_peer, i) => before[i] !== after[i]).map(({ name }) => name)
}

async function openJobs(peers: readonly LabPeer[]): Promise<readonly string[]> {
  const lists = await Promise.all(peers.map((peer) => peer.ask((calls) => calls.jobs.list())))
  return lists.flatMap((jobs, i) =>
    jobs
      .filter(({ state, verified, units }) => state.kind !== 'done' || verified !== units)
      .map(({ verified, units }) => `${peers[i]?.name ?? ''} ${verified}/${units}`),
  )
}

async function runChaos(stage: Stage, count: number): Promise<Outcome> {
  const hosts = []
  for (let i = 1; i <= count; i++) hosts.push(await stage.internet.publicHost(`p${i}`))
  const peers = await Promise.all(hosts.map((host, i) => stage.startPeer({ name: `P${i + 1}`, host })))
  await measures.pairAll(peers)
  await measures.untilMeasured(peers)
  const chaos = beginChaos(stage, peers)
  const chaos_s = stage.seconds ?? CHAOS_S
  await pause(1_000 * chaos_s)
  const kills = await chaos.calm()
  const calmMs = await measures.timeUntil(async () => (await openJobs(peers)).length === 0, LOOK_ON_MS)
  const open = await openJobs(peers)
  const jobs = (await Promise.all(peers.map((peer) => peer.ask((calls) => calls.jobs.list())))).flat().length
  // Jobs that are not done may go on during the comparison, which would then say nothing.
  const changed = open.length > 0 ? undefined : await changedByRestart(peers)
  const state =
    changed === undefined ? 'not compared' : changed.length === 0 ? 'the same' : changed.join(', ')
  const left = open.length === 0 ? '' : ` (${open.join(', ')})`
  return {
    met: calmMs !== undefined && calmMs <= CALM_WITHIN_MS && changed?.length === 0,
    measured: `${chaos_s} s, ${kills} kills, ${jobs} jobs; all verified: ${measures.seconds(calmMs, LOOK_ON_MS)} after calm${left}; after restarts: ${state}`,
    figures: {
      kills,
      jobs,
      open: open.length,
      ...(calmMs === undefined ? {} : { calm_ms: Math.round(calmMs) }),
    },
  }
}

function chaosOf(count: number): Scenario {
  return {
    name: `chaos: ${count} peers, a SIGKILL every 3 s for 10 min, stalls of 1–20 s on 30 % of the links`,
    wanted: 'every job verified ≤ 60 s after calm, restarts give the same state',
    run: (stage) => runChaos(stage, count),
  }
}

/** Everything at once. */
export const scenarios: readonly Scenario[] = [chaosOf(3), chaosOf(8)]
