import type { JobId } from '../protocol/ids.ts'
import type { Machine } from './character.ts'
import { createDice, type Dice } from './dice.ts'
import { plannedFriends, plannedJob, plannedPeer } from './planned-mesh.ts'
import {
  START_MS,
  STRAGGLER_FACTOR,
  type Incident,
  type Pace,
  type PlannedPeer,
  type Scenario,
} from './scenario.ts'
import { createWorld, type Onlooker } from './world.ts'

/** Jobs are submitted when everybody is paired and measured. */
const SUBMIT_AT_MS = 30_000
/** A run that takes this many times the ideal has failed. */
const GIVE_UP_FACTOR = 60
const UNIFORM: readonly [number, number] = [0.7, 1.5]

/** One row of the scaling table: one job a requester, honest peers, good weather. */
export interface ScalingCase {
  /** Machines besides the requesters'. */
  readonly providers: number
  /** `equal`: four cores and score 1. `mixed`: 1 to 16 cores, score 0.2 to 1. */
  readonly machines: 'equal' | 'mixed'
  readonly requesters: number
  readonly requesterCores: number
  readonly unitSeconds: number
  readonly delayMs: readonly [number, number]
  readonly redundancy: number
  /** Whether 2 % of the units take eight times as long. */
  readonly stragglers: boolean
  /** Whether a third of the providers leave in the middle and as many come. */
  readonly churn: boolean
  readonly unitsPerCore: number
  readonly seed: number
}

/** What a row came to. */
export interface ScalingResult {
  readonly peers: number
  readonly cores: number
  readonly unit_s: number
  readonly delay_ms: string
  readonly redundancy: number
  readonly stragglers: boolean
  /** Ideal time divided by the time taken; 0 when the jobs did not end. */
  readonly efficiency: number
  /** Work that the requesters did themselves, divided by their share of the cores. */
  readonly requester_share_ratio: number
  readonly messages_per_unit: number
  readonly brain_us_per_unit: number
  /** Computations beyond units × redundancy, as a share of these. */
  readonly extra_work: number
  readonly took_s: number
}

/** Runs a row in virtual time. */
export function runScaling(row: ScalingCase): ScalingResult {
  const dice = createDice(row.seed)
  const pace: Pace = { factor: UNIFORM, stragglers: row.stragglers ? 0.02 : 0 }
  const requesters = Array.from({ length: row.requesters }, (_, i) =>
    plannedPeer(`r${i}`, { cores: row.requesterCores, score: 1, skewMs: 0 }, 0, dice),
  )
  const leavers = row.churn ? Math.floor(row.providers / 3) : 0
  const staying = Array.from({ length: row.providers }, (_, i) =>
    plannedPeer(`p${i}`, machineOf(row, dice), 0, dice),
  )
  const speed = (peers: readonly PlannedPeer[]): number =>
    peers.reduce((sum, { machine }) => sum + machine.cores * machine.score, 0)
  const cores = [...requesters, ...staying].reduce((sum, { machine }) => sum + machine.cores, 0)
  const units = Math.ceil((row.unitsPerCore * cores) / row.redundancy / row.requesters)
  const meanMs = row.unitSeconds * 1_000 * meanPace(pace)
  const idealMs = (units * row.requesters * meanMs) / unitsAtOnce(row, [...requesters, ...staying])
  // Those who come replace those who leave, so that the ideal stays what it is.
  const coming = staying
    .slice(0, leavers)
    .map(({ machine }, i) => plannedPeer(`n${i}`, machine, SUBMIT_AT_MS + Math.round(idealMs * 0.4), dice))
  const peers = [...requesters, ...staying, ...coming]
  const { unitSeconds, redundancy } = row
  const manifests = requesters.map(({ peer: requester }, number) =>
    plannedJob({ requester, number, units, unitSeconds, redundancy, priority: 0.5 }),
  )
  const scenario: Scenario = {
    peers,
    // Providers know the requesters only: nothing but offers and awards keeps them apart.
    acquaintances: requesters.flatMap(({ peer }, i) =>
      peers.slice(i + 1).map(({ peer: other }) => plannedFriends(peer, other)),
    ),
    weather: { delayMs: row.delayMs, loss: 0, duplication: 0 },
    pace,
    incidents: [
      ...manifests.map((manifest): Incident => ({
        atMs: SUBMIT_AT_MS,
        kind: 'submit',
        peer: manifest.requester_id,
        manifest,
      })),
      ...staying.slice(0, leavers).map(({ peer }): Incident => ({
        atMs: SUBMIT_AT_MS + Math.round(idealMs * 0.4),
        kind: 'crash',
        peer,
        point: 'now',
        downMs: 1_000_000_000,
      })),
    ],
    calmAtMs: 0,
  }
  let brainMs = 0
  let started = 0
  let ownStarted = 0
  let endedAtMs = 0
  let open = requesters.length
  let sentBefore = 0
  const own = new Set(requesters.map(({ peer }) => peer))
  const onlooker: Onlooker = {
    turned(process, _events, durable) {
      for (const event of durable) {
        if (event.kind !== 'outputs-stored' && event.kind !== 'results-received') continue
        const status = process.state.jobs.get(event.job_id)?.status
        if (status?.state !== 'done' || status.atMs !== event.at_ms) continue
        if (ended.has(event.job_id)) continue
        ended.add(event.job_id)
        open--
        endedAtMs = world.schedule.nowMs()
      }
    },
    effect: () => undefined,
    starting(process) {
      started++
      if (own.has(process.me)) ownStarted++
    },
    taken: () => undefined,
    died: () => undefined,
    restarted: () => undefined,
    submitted() {
      brainMs = 0
      sentBefore = world.network.sent
    },
    happened: () => undefined,
  }
  const ended = new Set<JobId>()
  const world = createWorld(scenario, row.seed, onlooker, {
    recordsPerSnapshot: Number.POSITIVE_INFINITY,
    thought: (ms) => {
      brainMs += ms
    },
  })
  const limitMs = START_MS + SUBMIT_AT_MS + idealMs * GIVE_UP_FACTOR + 120_000
  while (open > 0 && world.schedule.nowMs() < limitMs && world.schedule.next());
  const tookMs = endedAtMs - START_MS - SUBMIT_AT_MS
  const total = units * row.requesters
  return {
    peers: requesters.length + staying.length,
    cores,
    unit_s: row.unitSeconds,
    delay_ms: row.delayMs.join('–'),
    redundancy: row.redundancy,
    stragglers: row.stragglers,
    efficiency: open > 0 ? 0 : round(idealMs / tookMs, 3),
    requester_share_ratio: round(
      ownStarted / started / (speed(requesters) / speed([...requesters, ...staying])),
      2,
    ),
    messages_per_unit: round((world.network.sent - sentBefore) / total, 2),
    brain_us_per_unit: round((brainMs * 1_000) / total, 1),
    extra_work: round(started / (total * row.redundancy) - 1, 3),
    took_s: round(tookMs / 1_000, 1),
  }
}

/** How long a unit takes on average, as a factor of its estimate. */
function meanPace({ factor: [low, high], stragglers }: Pace): number {
  return ((low + high) / 2) * (1 + stragglers * (STRAGGLER_FACTOR - 1))
}

/**
 * Verified units per mean unit time at best: each unit takes `redundancy` different peers, so that none contributes
 * more than once to a unit. The largest x with Σ min(speed, x) ≥ redundancy · x.
 */
function unitsAtOnce({ redundancy }: ScalingCase, peers: readonly PlannedPeer[]): number {
  const speeds = peers.map(({ machine }) => machine.cores * machine.score)
  let low = 0
  let high = speeds.reduce((sum, speed) => sum + speed, 0) / redundancy
  for (let i = 0; i < 60; i++) {
    const x = (low + high) / 2
    const sum = speeds.reduce((total, speed) => total + Math.min(speed, x), 0)
    if (sum >= redundancy * x * (1 - 1e-12)) low = x
    else high = x
  }
  return high
}

function machineOf({ machines }: ScalingCase, dice: Dice): Machine {
  if (machines === 'equal') return { cores: 4, score: 1, skewMs: 0 }
  return { cores: dice.between(1, 16), score: 0.2 + 0.8 * dice.next(), skewMs: dice.between(-500, 500) }
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}
